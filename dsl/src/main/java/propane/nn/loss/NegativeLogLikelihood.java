package propane.nn.loss;

import propane.nn.rule.ClassLabels;
import propane.nn.rule.ElementMeans;
import propane.spi.op.SoftmaxLoss;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The negative logarithm of the label's probability, for outputs [batch, …, classes] that are
 * logarithms of probabilities and int32 labels [batch, …].
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), relu(), dense(2), logSoftmax()));
 * var training = training(model).loss(negativeLogLikelihood())
 *         .optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 *
 * @param classWeights how much each class counts; none if all count alike
 * @param ignoredIndices labels that do not count
 */
public record NegativeLogLikelihood(List<Double> classWeights, List<Integer> ignoredIndices)
        implements Loss.PerElement {
    /** Checks the settings. */
    public NegativeLogLikelihood {
        classWeights = ClassLabels.checked("negativeLogLikelihood", classWeights);
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    /**
     * Returns this loss with classes that count more or less than others. The mean is then the sum
     * of the weighted losses divided by the sum of the labels' weights.
     */
    public NegativeLogLikelihood classWeights(double... weights) {
        return new NegativeLogLikelihood(DoubleStream.of(weights).boxed().toList(), ignoredIndices);
    }

    /** Returns this loss with one more label that does not count, neither in sums nor in means. */
    public NegativeLogLikelihood ignoreIndex(int label) {
        return new NegativeLogLikelihood(classWeights, ClassLabels.with(ignoredIndices, label));
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.require(
                "negativeLogLikelihood", prediction, target, target(prediction.type()));
        var labels = new ClassLabels(ignoredIndices, classWeights);
        int classes = prediction.dim(-1);
        Tensor lost = SoftmaxLoss.picked(prediction, labels.known(target)).neg();
        return LossTerms.of(labels, labels.weighted(lost, target, classes), target, classes);
    }

    @Override
    public TensorType target(TensorType prediction) {
        return ClassLabels.target(prediction);
    }

    @Override
    public OutputKind outputKind() {
        return OutputKind.LOGARITHMS;
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.CLASSES;
    }
}
