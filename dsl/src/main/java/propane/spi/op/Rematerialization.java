package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Marks for values that are computed once more where gradients need them, rather than kept (Chen et
 * al.: Training deep nets with sublinear memory cost, 2016). Both are the identity.
 */
public sealed interface Rematerialization extends TensorOperation, DecomposedForMil {
    /** Returns the value that goes through. */
    Tensor x();

    @Override
    default TensorType infer() {
        return x().type();
    }

    @Override
    default void vjp(Adjoint a) {
        a.accumulate(x(), a::gradient);
    }

    @Override
    default void evaluate(Evaluation e) {
        System.arraycopy(e.of(x()), 0, e.result(), 0, e.result().length);
    }

    @Override
    default List<Tensor> decompose() {
        return List.of(x());
    }

    /**
     * The same values, of which reverse mode is to compute once more what they depend on, up to
     * another tensor.
     *
     * @param x the operand
     * @param from where computing begins again
     */
    record Rematerialized(Tensor x, Tensor from) implements Rematerialization {}

    /**
     * The same values, read again only after another tensor is there; so that what is made of them
     * is not taken for what was made of them before.
     *
     * @param x the operand
     * @param after the other tensor, whose values do not count
     */
    record OptimizationBarrier(Tensor x, Tensor after) implements Rematerialization {}
}
