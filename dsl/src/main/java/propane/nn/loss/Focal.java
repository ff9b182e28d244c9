package propane.nn.loss;

import propane.nn.rule.ClassLabels;
import propane.nn.rule.ElementMeans;
import propane.spi.Preconditions;
import propane.spi.op.SoftmaxLoss;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * The cross-entropy of a softmax in which what is well predicted counts less (Lin et al., 2017):
 * −(1 − p)<sup>γ</sup> · ln p with p = softmax(logits)[label], for outputs [batch, …, classes] and
 * int32 labels [batch, …].
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), relu(), dense(2)));
 * var training = training(model).loss(focal(2)).optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 *
 * @param gamma γ, at least 0; 2 is usual, 0 is plain cross-entropy
 * @param ignoredIndices labels that do not count
 */
public record Focal(double gamma, List<Integer> ignoredIndices) implements Loss.PerElement {
    /** Checks the settings. */
    public Focal {
        Preconditions.notNegative("focal: gamma", gamma);
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    /** Returns this loss with one more label that does not count, neither in sums nor in means. */
    public Focal ignoreIndex(int label) {
        return new Focal(gamma, ClassLabels.with(ignoredIndices, label));
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.require("focal", prediction, target, target(prediction.type()));
        var labels = new ClassLabels(ignoredIndices, List.of());
        Tensor known = labels.known(target);
        Tensor plain = Tensor.of(new SoftmaxLoss.SoftmaxCrossEntropy(prediction, known));
        Tensor lost = gamma == 0 ? plain : plain.mul(focus(plain));
        return LossTerms.of(labels, lost, target, prediction.dim(-1));
    }

    /** Returns (1 − p)^γ of −ln p; of what is surely right 0, and flat there. */
    private Tensor focus(Tensor lost) {
        Tensor missed = lost.neg().exp().neg().add(1);
        Tensor some = missed.greater(0);
        Tensor power = some.where(missed, Tensor.constant(1).cast(missed.dtype())).pow(gamma);
        return some.where(power, Tensor.zeros(power.type()));
    }

    @Override
    public TensorType target(TensorType prediction) {
        return ClassLabels.target(prediction);
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.CLASSES;
    }
}
