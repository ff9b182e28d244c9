package propane.nn.layer;

import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.BatchNormalization;
import propane.spi.op.Operation;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Batch normalization (Ioffe and Szegedy, 2015): (x − μ) / √(σ² + ε) · γ + β for each channel, the
 * second axis. In training μ and σ² are the batch's, and the running ones move towards them, the
 * variance in its unbiased form; at inference, and in a frozen part, the running ones are used.
 * Training on one value of each channel, a batch of one example without further axes, is an error.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(conv2d(8, 3), batchNorm(), relu(), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param momentum the share of the batch in the running statistics; 0.1 by default
 * @param epsilon ε; 10⁻⁵ by default
 */
public record BatchNorm(double momentum, double epsilon) implements Layer {
    /** Checks the settings. */
    public BatchNorm {
        Preconditions.share("batchNorm: momentum", momentum);
        Preconditions.notNegative("batchNorm: epsilon", epsilon);
    }

    /** Returns this layer with another share of the batch in the running statistics. */
    public BatchNorm momentum(double of) {
        return new BatchNorm(of, epsilon);
    }

    /** Returns this layer with another ε. */
    public BatchNorm epsilon(double of) {
        return new BatchNorm(momentum, of);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireFloat(kind(), x);
        LayerRule.requireRank(
                kind(), x, 2, "[n, channels, …]", "put reshape(channels, …) before it");
        Shape channels = Shape.shape(x.dim(1));
        Tensor gamma = scope.weight("gamma", channels, Initializers.constant(1));
        Tensor beta = scope.weight("beta", channels, Initializers.zeros());
        Tensor mean = scope.buffer("mean", channels, Initializers.zeros());
        Tensor variance = scope.buffer("variance", channels, Initializers.constant(1));
        if (!scope.training()) {
            return Tensor.of(
                    new BatchNormalization.BatchNorm(
                            x, mean, variance, List.of(gamma), List.of(beta), (float) epsilon));
        }
        int count = x.shape().size() / x.dim(1);
        if (count == 1) {
            throw LayerRule.shape(
                    kind(),
                    "needs more than one value of each channel in training, a batch of one"
                            + " example has no variance, got "
                            + x.shape(),
                    x,
                    "take larger batches; of a smaller last batch dropLast() as an option of fit"
                            + " leaves it out");
        }
        Operation norm =
                Operation.of(
                        new BatchNormalization.BatchNormTraining(x, gamma, beta, (float) epsilon));
        double unbiased = count / (count - 1.0);
        scope.set(mean, moved(mean, norm.result(1), 1));
        scope.set(variance, moved(variance, norm.result(2).square(), unbiased));
        return norm.result(0);
    }

    private Tensor moved(Tensor running, Tensor batch, double factor) {
        return running.mul(1 - momentum).add(batch.mul(momentum * factor));
    }
}
