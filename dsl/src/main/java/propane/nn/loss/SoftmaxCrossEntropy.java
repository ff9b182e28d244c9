package propane.nn.loss;

import propane.nn.rule.ClassLabels;
import propane.nn.rule.ElementMeans;
import propane.spi.Preconditions;
import propane.spi.op.SoftmaxLoss;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The cross-entropy of a softmax, −ln softmax(logits)[label], for outputs [batch, …, classes] and
 * int32 labels [batch, …], or probabilities [batch, …, classes]. The mean is the sum over all
 * labels that count divided by the sum of their classes' weights. A class that is shut out by an
 * output of −∞ costs nothing, unless it is the label's.
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), relu(), dense(2)));
 * var training = training(model).loss(softmaxCrossEntropy().labelSmoothing(0.1))
 *         .optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 *
 * @param labelSmoothing ε: the label's share is 1 − ε, and ε is spread evenly over all classes
 *     (Szegedy et al., 2016) but those that are shut out
 * @param classWeights how much each class counts; none if all count alike
 * @param ignoredIndices labels that do not count
 * @param hasSoftTargets whether targets are probabilities of the classes instead of labels
 */
public record SoftmaxCrossEntropy(
        double labelSmoothing,
        List<Double> classWeights,
        List<Integer> ignoredIndices,
        boolean hasSoftTargets)
        implements Loss.PerElement {
    /** Checks the settings. */
    public SoftmaxCrossEntropy {
        Preconditions.share("softmaxCrossEntropy: labelSmoothing", labelSmoothing);
        classWeights = ClassLabels.checked("softmaxCrossEntropy", classWeights);
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    /** Returns this loss with label smoothing ε, from 0 to 1. */
    public SoftmaxCrossEntropy labelSmoothing(double epsilon) {
        return new SoftmaxCrossEntropy(epsilon, classWeights, ignoredIndices, hasSoftTargets);
    }

    /**
     * Returns this loss with classes that count more or less than others. The mean of a batch is
     * then the sum of the weighted losses divided by the sum of the labels' weights.
     */
    public SoftmaxCrossEntropy classWeights(double... weights) {
        var all = DoubleStream.of(weights).boxed().toList();
        return new SoftmaxCrossEntropy(labelSmoothing, all, ignoredIndices, hasSoftTargets);
    }

    /** Returns this loss with one more label that does not count, neither in sums nor in means. */
    public SoftmaxCrossEntropy ignoreIndex(int label) {
        var more = ClassLabels.with(ignoredIndices, label);
        return new SoftmaxCrossEntropy(labelSmoothing, classWeights, more, hasSoftTargets);
    }

    /** Returns this loss for targets that are probabilities of the classes, not labels. */
    public SoftmaxCrossEntropy softTargets() {
        return new SoftmaxCrossEntropy(labelSmoothing, classWeights, ignoredIndices, true);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.require("softmaxCrossEntropy", prediction, target, target(prediction.type()));
        var labels = labels();
        int classes = prediction.dim(-1);
        if (hasSoftTargets) {
            return LossTerms.of(lost(prediction, shares(prediction, target)));
        }
        if (labelSmoothing == 0) {
            Tensor lost = lost(prediction, labels.known(target));
            return LossTerms.of(labels, labels.weighted(lost, target, classes), target, classes);
        }
        Tensor hot = labels.known(target).oneHot(classes).cast(prediction.dtype());
        return LossTerms.of(labels, lost(prediction, shares(prediction, hot)), target, classes);
    }

    private ClassLabels labels() {
        return new ClassLabels(ignoredIndices, classWeights);
    }

    private static Tensor lost(Tensor logits, Tensor target) {
        return Tensor.of(new SoftmaxLoss.SoftmaxCrossEntropy(logits, target));
    }

    /** Returns the share of each class in the loss; rows of nothing stay rows of nothing. */
    private Tensor shares(Tensor logits, Tensor target) {
        Tensor shares = target;
        if (labelSmoothing > 0) {
            Tensor open = logits.greater(Double.NEGATIVE_INFINITY).cast(logits.dtype());
            Tensor even = open.div(open.sum(-1, true).maximum(1));
            Tensor all = hasSoftTargets ? even : even.mul(target.sum(-1, true));
            shares = target.mul(1 - labelSmoothing).add(all.mul(labelSmoothing));
        }
        return classWeights.isEmpty()
                ? shares
                : shares.mul(labels().ofClasses(logits.dim(-1), logits.dtype()));
    }

    @Override
    public TensorType target(TensorType prediction) {
        return hasSoftTargets ? prediction : ClassLabels.target(prediction);
    }

    @Override
    public OutputKind outputKind() {
        return OutputKind.LOGITS_OF_CLASSES;
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.CLASSES;
    }
}
