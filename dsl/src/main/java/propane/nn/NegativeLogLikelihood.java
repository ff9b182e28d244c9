package propane.nn;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * The negative logarithm of the label's probability, for outputs [batch, …, classes] that are
 * logarithms of probabilities and int32 labels [batch, …].
 */
public record NegativeLogLikelihood() implements Loss.ByExample {
    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        return ByElement.mean(prediction.mul(target.oneHot(prediction.dim(-1))).sum(-1).neg());
    }

    @Override
    public TensorType target(TensorType prediction) {
        var dims = prediction.shape().dims();
        return new TensorType(DType.INT32, new Shape(dims.subList(0, dims.size() - 1)));
    }
}
