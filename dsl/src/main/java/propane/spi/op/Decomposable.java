package propane.spi.op;

import propane.tensor.Tensor;

import java.util.List;

/**
 * An op that can be decomposed into simpler ops. An engine that has a kernel for it takes it whole;
 * others take the decomposition.
 */
public interface Decomposable {
    /**
     * Returns tensors that stand for this op's results, made of simpler ops over the same operands.
     */
    List<Tensor> decompose();
}
