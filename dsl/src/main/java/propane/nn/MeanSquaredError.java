package propane.nn;

import propane.tensor.Tensor;

/** The mean of (prediction − target)² over the elements of each example. */
public record MeanSquaredError() implements Loss.ByExample {
    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        return ByElement.mean(prediction.sub(target).square());
    }
}
