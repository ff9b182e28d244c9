package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.gelu;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.rmsNorm;
import static propane.nn.layer.Layers.selfAttention;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.loss;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.optimizer.Optimizers;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.port.LossScale;

import java.util.List;
import java.util.Random;

/** Trainings in float16, as products of mixed precision and as whole gradients, end well. */
class HalfTrainingTest {
    private static final int WINDOW = 8;
    private static final int VOCABULARY = 6;

    private static Training digits(Layer... layers) {
        return training(Model.model(Input.input(1, 8, 8), sequential(layers)), 50);
    }

    private static Training training(Model model, int batch) {
        return Training.training(model)
                .loss(softmaxCrossEntropy())
                .optimizer(Optimizers.adam(4e-3))
                .metrics(accuracy())
                .batch(batch)
                .seed(3);
    }

    private static Layer block() {
        return sequential(
                residual(rmsNorm(), selfAttention(2).causal()),
                residual(rmsNorm(), dense(32), gelu(), dense(16)));
    }

    private static Training training(String name) {
        return switch (name) {
            case "mlp" -> digits(flatten(), dense(64), relu(), dense(10));
            case "cnn" ->
                    digits(conv2d(8, 3), batchNorm(), relu(), maxPool2d(2), flatten(), dense(10));
            case "lstm" -> digits(reshape(4, 16), lstm(24), dense(10));
            case "transformer" ->
                    training(
                            Model.model(
                                    Input.tokens(WINDOW),
                                    sequential(
                                            embedding(VOCABULARY, 16),
                                            positionalEmbedding(WINDOW),
                                            block(),
                                            rmsNorm(),
                                            dense(VOCABULARY).bias(false))),
                            32);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Windows of texts in which every token is that of two before. */
    private static Dataset tokens() {
        int count = 1024;
        var random = new Random(9);
        double[] x = new double[count * WINDOW];
        double[] y = new double[count * WINDOW];
        for (int i = 0; i < count; i++) {
            int[] pair = {random.nextInt(VOCABULARY), random.nextInt(VOCABULARY)};
            for (int t = 0; t < WINDOW; t++) {
                x[i * WINDOW + t] = pair[t % 2];
                y[i * WINDOW + t] = pair[(t + 1) % 2];
            }
        }
        var type = new TensorType(DType.INT32, Shape.shape(count, WINDOW));
        return Dataset.of(NDArray.of(x, type), NDArray.of(y, type));
    }

    private static Dataset.Split data(String name) {
        return name.equals("transformer") ? tokens().splitAt(640) : Digits.ALL.splitAt(1000);
    }

    private static int epochsOf(String name) {
        return List.of("lstm", "transformer").contains(name) ? 12 : 8;
    }

    private static double mixed(String name, Precision precision) {
        Dataset.Split data = data(name);
        try (Trainer trainer = training(name).precision(precision).compile(Engine.cpu())) {
            trainer.fit(data.train(), epochs(epochsOf(name)), Option.inOrder());
            return trainer.evaluate(data.test()).value(accuracy());
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "lstm", "transformer"})
    void halvesEndWhereFloat32Ends(String name) {
        double whole = mixed(name, Precision.FLOAT32);
        assertThat(whole).isGreaterThan(0.85);
        assertThat(mixed(name, Precision.MIXED_FLOAT16)).isGreaterThan(whole - 0.01);
        assertThat(halfGradients(name)).isGreaterThan(whole - 0.01);
    }

    private static double halfGradients(String name) {
        Dataset.Split data = data(name);
        Training training = training(name).precision(Precision.MIXED_FLOAT16);
        try (Trainer trainer = training.compile(Engine.cpu());
                var halves = new HalfGradientTraining(training, trainer)) {
            double first = trainer.evaluate(data.test()).value(loss());
            for (int epoch = 0; epoch < epochsOf(name); epoch++) {
                halves.epoch(data.train());
            }
            assertThat(trainer.evaluate(data.test()).value(loss())).isLessThan(first);
            return trainer.evaluate(data.test()).value(accuracy());
        }
    }

    @Test
    void statisticsOfNormsAreKeptInFloat32() {
        Dataset few = Digits.ALL.take(250);
        // Weights that stand still see the same moments.
        Training training = training("cnn").optimizer(Optimizers.sgd(1e-9));
        Training half = training.precision(Precision.MIXED_FLOAT16);
        try (Trainer whole = training.compile(Engine.cpu());
                Trainer trainer = half.compile(Engine.cpu());
                var halves = new HalfGradientTraining(half, trainer)) {
            whole.fit(few, epochs(1), Option.inOrder());
            halves.epoch(few);
            for (String name : List.of("batch_norm_1/mean", "batch_norm_1/variance")) {
                double[] found = trainer.weights().at(name).doubles();
                double[] expected = whole.weights().at(name).doubles();
                for (int i = 0; i < found.length; i++) {
                    double near = 1e-3 * (0.5 + Math.abs(expected[i]));
                    assertThat(found[i]).as(name).isCloseTo(expected[i], within(near));
                }
            }
        }
    }

    /** There an overflow is no infinity for long: what tells is that a gradient is too large. */
    @Test
    void aStepThatOverflowsOnTheNeuralEngineIsSkipped() {
        Training training = training("mlp").precision(Precision.MIXED_FLOAT16);
        Dataset few = Digits.ALL.take(500);
        try (Trainer trainer = training.compile(Engine.cpu());
                var halves = new HalfGradientTraining(training, trainer)) {
            double first = trainer.evaluate(few).value(loss());
            var state = trainer.programs().state();
            state.write(LossScale.SCALE.name(), NDArray.of(new float[] {0x1p24f}));
            halves.epoch(few.take(50));
            assertThat(trainer.evaluate(few).value(loss())).isEqualTo(first);
            for (int epoch = 0; epoch < 4; epoch++) {
                halves.epoch(few);
            }
            assertThat(state.read(LossScale.SCALE.name()).at(0)).isBetween(2.0, 0x1p22);
            assertThat(trainer.evaluate(few).value(loss())).isLessThan(0.8 * first);
        }
    }

    /** A transformer's norms divide by small numbers: some gradients are large on the way. */
    @Test
    void halvesOfATransformerGoTheWayOfFloat32() {
        Dataset few = tokens().take(320);
        Training training = training("transformer");
        double whole;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(few, epochs(2), Option.inOrder());
            whole = trainer.evaluate(few).value(loss());
        }
        Training half = training.precision(Precision.MIXED_FLOAT16);
        try (Trainer trainer = half.compile(Engine.cpu());
                var halves = new HalfGradientTraining(half, trainer)) {
            double first = trainer.evaluate(few).value(loss());
            halves.epoch(few);
            halves.epoch(few);
            double last = trainer.evaluate(few).value(loss());
            assertThat(whole).isLessThan(0.9 * first);
            assertThat(last).isCloseTo(whole, within(0.05 * (first - whole)));
        }
    }
}
