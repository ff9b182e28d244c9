package propane.nn;

import propane.tensor.Tensor;

/**
 * The hinge loss of support vector machines, max(0, margin − target · prediction) for targets −1
 * and 1; the mean over each example.
 *
 * @param margin how far on its side a prediction is to be; 1 at first
 */
public record Hinge(double margin) implements Loss.ByExample {
    /** Returns this loss with another margin. */
    public Hinge margin(double of) {
        return new Hinge(of);
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        return ByElement.mean(prediction.mul(target).neg().add(margin).relu());
    }
}
