package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.encoderBlock;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.groupNorm;
import static propane.nn.layer.Layers.instanceNorm;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.rmsNorm;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.cosineDistance;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.train.option.Precision;
import propane.train.port.LossScale;

import java.util.Arrays;
import java.util.Random;

/**
 * Gradients of float16 whose true values fit it lose no step to what comes between: the loss scale
 * stays where it began, though norms divide by small numbers or square large ones.
 */
class HalfNormsTest {
    private static final int BATCH = 16;
    private static final int STEPS = 12;
    private static final float FIRST_SCALE = 1_024;

    private static Layer norm(String name) {
        return switch (name) {
            case "layer" -> layerNorm();
            case "batch" -> batchNorm();
            case "group" -> groupNorm(2);
            case "instance" -> sequential(reshape(2, 4), instanceNorm(), flatten());
            case "rms" -> rmsNorm();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest(name = "{0} norm of inputs times {1}")
    @CsvSource({
        "layer, 3000", "layer, 1", "layer, 0.01", "layer, 0.001",
        "batch, 3000", "batch, 1", "batch, 0.01", "batch, 0.001",
        "group, 3000", "group, 1", "group, 0.01", "group, 0.001",
        "instance, 3000", "instance, 1", "instance, 0.01", "instance, 0.001",
        "rms, 3000", "rms, 1", "rms, 0.01", "rms, 0.001"
    })
    void noStepIsSkipped(String name, double scale) {
        var model =
                Model.model(Input.input(4), sequential(dense(8).bias(false), norm(name), dense(2)));
        var x = normal(7, scale, STEPS * BATCH, 4);
        var y = whole(8, 2, STEPS * BATCH);
        requireWell(training(model, softmaxCrossEntropy(), Optimizers.sgd(0.01)), Dataset.of(x, y));
    }

    @ParameterizedTest(name = "vectors of length {0}")
    @CsvSource({"300", "1", "0.01"})
    void noStepIsSkippedForTheDirectionOfVectors(double scale) {
        var model = Model.model(Input.input(4), dense(3).bias(false));
        var x = normal(7, scale, STEPS * BATCH, 4);
        var y = normal(8, scale, STEPS * BATCH, 3);
        requireWell(training(model, cosineDistance(), Optimizers.sgd(1e-5)), Dataset.of(x, y));
    }

    /** After an embedding of deviation 0.02 roots are divided by that are as small. */
    @Test
    void noStepOfATransformerIsSkipped() {
        var rotary =
                sequential(
                        embedding(30, 16),
                        encoderBlock(4).causal().rotary().keyValueHeads(2).swiGlu(),
                        rmsNorm(),
                        dense(30));
        var learned =
                sequential(
                        embedding(30, 16),
                        positionalEmbedding(12),
                        encoderBlock(2).causal(),
                        layerNorm(),
                        dense(30));
        for (Layer layers : new Layer[] {rotary, learned}) {
            var x = whole(7, 30, STEPS * BATCH, 12);
            var y = whole(8, 30, STEPS * BATCH, 12);
            Training training =
                    training(
                            Model.model(Input.tokens(12), layers),
                            softmaxCrossEntropy(),
                            Optimizers.lion(1e-4));
            requireNoneSkipped(training, Dataset.of(x, y));
        }
    }

    @ParameterizedTest(name = "images times {0}")
    @CsvSource({"255", "3000"})
    void noStepOfAConvolutionOfPixelsIsSkipped(double scale) {
        var layers = sequential(conv2d(4, 3).bias(false), batchNorm(), flatten(), dense(2));
        requireWell(
                training(
                        Model.model(Input.input(1, 8, 8), layers),
                        softmaxCrossEntropy(),
                        Optimizers.sgd(0.01)),
                Dataset.of(normal(7, scale, STEPS * BATCH, 1, 8, 8), whole(8, 2, STEPS * BATCH)));
    }

    private static Training training(Model model, Loss loss, Optimizer optimizer) {
        return Training.training(model).loss(loss).optimizer(optimizer).batch(BATCH).seed(1);
    }

    private static void requireNoneSkipped(Training whole, Dataset data) {
        Training training = whole.precision(Precision.MIXED_FLOAT16);
        try (Trainer trainer = training.compile(Engine.cpu());
                var halves = HalfGradientTraining.withInfinities(training, trainer)) {
            halves.epoch(data);
            var state = trainer.programs().state();
            assertThat(state.read(LossScale.SCALE.name()).at(0)).isEqualTo(FIRST_SCALE);
            assertThat(state.read(LossScale.GOOD_STEPS.name()).at(0)).isEqualTo(STEPS);
        }
    }

    private static void requireWell(Training whole, Dataset data) {
        requireNoneSkipped(whole, data);
        Training training = whole.precision(Precision.MIXED_FLOAT16);
        try (Trainer exact = whole.compile(Engine.cpu());
                Trainer trainer = training.compile(Engine.cpu());
                var halves = new HalfGradientTraining(training, trainer)) {
            Weights first = exact.weights();
            data.batches(BATCH).forEach(exact::step);
            halves.epoch(data);
            requireNear(first, exact.weights(), trainer.weights());
        }
    }

    /** Where nothing overflows, weights and statistics go the way of float32. */
    private static void requireNear(Weights first, Weights exact, Weights found) {
        for (String path : first.paths()) {
            double way = length(exact.at(path), first.at(path));
            assertThat(length(found.at(path), exact.at(path))).as(path).isLessThan(0.02 * way);
        }
    }

    private static double length(NDArray to, NDArray from) {
        double[] x = to.doubles();
        double[] y = from.doubles();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        }
        return Math.sqrt(sum);
    }

    private static NDArray normal(int seed, double scale, int... dims) {
        var random = new Random(seed);
        double[] x = new double[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        Arrays.setAll(x, _ -> scale * random.nextGaussian());
        return NDArray.of(x, TensorType.float32(Shape.shape(dims)));
    }

    private static NDArray whole(int seed, int below, int... dims) {
        var random = new Random(seed);
        int[] x = new int[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        Arrays.setAll(x, _ -> random.nextInt(below));
        return NDArray.of(x, dims);
    }
}
