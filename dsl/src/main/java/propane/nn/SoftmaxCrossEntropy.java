package propane.nn;

import propane.tensor.DType;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * The cross-entropy of a softmax, −ln softmax(logits)[label], for outputs [batch, …, classes] and
 * int32 labels [batch, …].
 *
 * @param smoothing ε: the label's share is 1 − ε, and ε is spread evenly over all classes (Szegedy
 *     et al., 2016)
 */
public record SoftmaxCrossEntropy(double smoothing) implements Loss.ByExample {
    /** Returns this loss with label smoothing ε, from 0 to 1. */
    public SoftmaxCrossEntropy smoothing(double epsilon) {
        return new SoftmaxCrossEntropy(epsilon);
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        Tensor logs = prediction.logSoftmax(-1);
        Tensor own = logs.mul(target.oneHot(prediction.dim(-1))).sum(-1);
        Tensor hit = own.mul(smoothing - 1);
        Tensor each = smoothing == 0 ? hit : hit.sub(logs.mean(-1).mul(smoothing));
        return each.rank() == 1 ? each : each.reshape(each.dim(0), -1).mean(1);
    }

    @Override
    public TensorType target(TensorType prediction) {
        var dims = prediction.shape().dims();
        return new TensorType(
                DType.INT32, new propane.tensor.Shape(dims.subList(0, dims.size() - 1)));
    }
}
