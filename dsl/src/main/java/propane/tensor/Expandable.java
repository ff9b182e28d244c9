package propane.tensor;

import java.util.List;

/**
 * An op that MIL lacks. An engine may take it whole; before a program is written for Core ML it is
 * replaced by ops that MIL has.
 */
public interface Expandable {
    /**
     * Returns tensors that stand for this op's results, made of MIL's ops (or of further expandable
     * ones) over the same operands.
     */
    List<Tensor> expand();
}
