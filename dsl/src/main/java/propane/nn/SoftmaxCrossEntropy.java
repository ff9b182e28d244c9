package propane.nn;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The cross-entropy of a softmax, −ln softmax(logits)[label], for outputs [batch, …, classes] and
 * int32 labels [batch, …], or probabilities [batch, …, classes].
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), relu(), dense(2)));
 * var training = training(model).loss(softmaxCrossEntropy().smoothing(0.1))
 *         .optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 *
 * @param smoothing ε: the label's share is 1 − ε, and ε is spread evenly over all classes (Szegedy
 *     et al., 2016)
 * @param classWeights how much each class counts; none if all count alike
 * @param ignored labels that do not count
 * @param isOfProbabilities whether targets are probabilities of the classes instead of labels
 */
public record SoftmaxCrossEntropy(
        double smoothing,
        List<Double> classWeights,
        List<Integer> ignored,
        boolean isOfProbabilities)
        implements Loss.ByElement {
    /** Checks the settings. */
    public SoftmaxCrossEntropy {
        Setting.share("softmaxCrossEntropy: smoothing", smoothing);
        for (double weight : classWeights) {
            Setting.notNegative("softmaxCrossEntropy: a class's weight", weight);
        }
    }

    /** Returns this loss with label smoothing ε, from 0 to 1. */
    public SoftmaxCrossEntropy smoothing(double epsilon) {
        return new SoftmaxCrossEntropy(epsilon, classWeights, ignored, isOfProbabilities);
    }

    /**
     * Returns this loss with classes that count more or less than others. The mean of a batch is
     * then the sum of the weighted losses divided by the sum of the labels' weights.
     */
    public SoftmaxCrossEntropy classWeights(double... weights) {
        var all = DoubleStream.of(weights).boxed().toList();
        return new SoftmaxCrossEntropy(smoothing, all, ignored, isOfProbabilities);
    }

    /** Returns this loss with a label that does not count, neither in sums nor in means. */
    public SoftmaxCrossEntropy ignoring(int label) {
        return new SoftmaxCrossEntropy(smoothing, classWeights, List.of(label), isOfProbabilities);
    }

    /** Returns this loss for targets that are probabilities of the classes, not labels. */
    public SoftmaxCrossEntropy ofProbabilities() {
        return new SoftmaxCrossEntropy(smoothing, classWeights, ignored, true);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        Tensor losses = losses(prediction, target);
        if (isOfProbabilities || classWeights.isEmpty() && ignored.isEmpty()) {
            return LossTerms.of(losses);
        }
        int classes = prediction.dim(-1);
        Tensor shares =
                classWeights.isEmpty()
                        ? filled(target.type().with(prediction.dtype()), 1)
                        : known(target, classes).oneHot(classes).mul(weights(prediction)).sum(-1);
        double largest = classWeights.stream().mapToDouble(each -> each).max().orElse(1);
        return LossTerms.of(losses, counted(target, shares)).atMost(largest > 0 ? largest : 1);
    }

    /** Returns the loss of each label, [batch, …]. */
    private Tensor losses(Tensor prediction, Tensor target) {
        Tensor logs = prediction.logSoftmax(-1);
        int classes = prediction.dim(-1);
        Tensor weighted = classWeights.isEmpty() ? logs : logs.mul(weights(prediction));
        Tensor shares = isOfProbabilities ? target : known(target, classes).oneHot(classes);
        Tensor hit = weighted.mul(shares).sum(-1).mul(smoothing - 1);
        Tensor losses = smoothing == 0 ? hit : hit.sub(weighted.sum(-1).mul(smoothing / classes));
        return isOfProbabilities ? losses : counted(target, losses);
    }

    /** Returns labels with a class in place of those that are none, such as −100. */
    private Tensor known(Tensor labels, int classes) {
        Tensor left = labels;
        for (int label : ignored) {
            if (label < 0 || label >= classes) {
                left = left.equal(label).where(filled(left.type(), 0), left);
            }
        }
        return left;
    }

    /** Returns losses with zeros where a label is ignored. */
    private Tensor counted(Tensor labels, Tensor losses) {
        Tensor left = losses;
        for (int label : ignored) {
            left = labels.equal(label).where(filled(left.type(), 0), left);
        }
        return left;
    }

    private static Tensor filled(TensorType type, double value) {
        return Tensor.constant(NDArray.filled(type, value));
    }

    private Tensor weights(Tensor prediction) {
        if (classWeights.size() != prediction.dim(-1)) {
            throw new ShapeException(
                    "softmaxCrossEntropy: "
                            + classWeights.size()
                            + " class weights for "
                            + prediction
                            + "\n    to mend it: give one weight for each class");
        }
        double[] values = classWeights.stream().mapToDouble(Double::doubleValue).toArray();
        var type = new TensorType(prediction.dtype(), Shape.shape(values.length));
        return Tensor.constant(NDArray.of(values, type));
    }

    @Override
    public TensorType target(TensorType prediction) {
        var dims = prediction.shape().dims();
        return isOfProbabilities
                ? prediction
                : new TensorType(DType.INT32, new Shape(dims.subList(0, dims.size() - 1)));
    }
}
