package propane.nn;

import propane.tensor.Tensor;

/** Means over all elements of each example. */
final class ByElement {
    private ByElement() {}

    /** Returns the mean of each example's elements, [batch]. */
    static Tensor mean(Tensor elements) {
        return elements.rank() == 1 ? elements : elements.reshape(elements.dim(0), -1).mean(1);
    }

    /** Returns the sum of each example's elements, [batch]. */
    static Tensor sum(Tensor elements) {
        return elements.rank() == 1 ? elements : elements.reshape(elements.dim(0), -1).sum(1);
    }
}
