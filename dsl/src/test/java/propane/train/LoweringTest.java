package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.averagePool2d;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.gelu;
import static propane.nn.layer.Layers.gru;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.rmsNorm;
import static propane.nn.layer.Layers.rnn;
import static propane.nn.layer.Layers.selfAttention;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.coreml.ModelCard;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.coreml.write.ProgramPackage;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.layer.Padding;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.DType;
import propane.tensor.NDArray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the lowering for the Neural Engine makes of trainings' gradients, against the gradients. */
class LoweringTest {
    private static Training training(String name) {
        return switch (name) {
            case "mlp" -> training(Input.input(8, 8), flatten(), dense(64), relu(), dense(10));
            case "cnn" ->
                    training(
                            Input.input(1, 8, 8),
                            conv2d(4, 3).padding(Padding.SAME),
                            batchNorm(),
                            relu(),
                            residual(sequential(conv2d(4, 3).padding(Padding.SAME), relu())),
                            maxPool2d(2),
                            conv2d(6, 3).stride(2).padding(1),
                            averagePool2d(2),
                            flatten(),
                            dropout(0.3),
                            dense(10));
            case "grouped" ->
                    training(
                            Input.input(4, 9, 7),
                            conv2d(8, 3).groups(2).dilation(2),
                            relu(),
                            conv2d(8, 3).groups(8).padding(Padding.SAME),
                            flatten(),
                            dense(10));
            case "transformer" ->
                    training(
                            Input.tokens(8),
                            embedding(12, 16),
                            positionalEmbedding(8),
                            residual(sequential(layerNorm(), selfAttention(2).causal())),
                            residual(sequential(rmsNorm(), dense(32), gelu(), dense(16))),
                            dense(12));
            case "lstm" ->
                    training(
                            Input.input(5, 6),
                            lstm(8).numLayers(2).bidirectional().dropout(0.3),
                            dense(10));
            case "gru" ->
                    training(
                            Input.input(5, 6),
                            gru(8).reversed().returnSequences(),
                            rnn(8).bidirectional(),
                            dense(10));
            case "frozen" -> {
                Training whole =
                        training(
                                Input.input(1, 8, 8),
                                named(
                                        "trunk",
                                        sequential(
                                                conv2d(4, 3), batchNorm(), relu(), conv2d(4, 3))),
                                flatten(),
                                named("head", dense(10)));
                yield of(whole.model().freeze(WeightFilters.under("trunk")));
            }
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Training training(Input input, Layer... layers) {
        return of(Model.model(input, sequential(layers)));
    }

    private static Training of(Model model) {
        return Training.training(model)
                .loss(softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-3))
                .metrics(accuracy())
                .batch(GivenStep.BATCH);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "grouped", "frozen", "transformer", "lstm", "gru"})
    void theRulesChangeNoNumbers(String name) {
        GivenStep given = GivenStep.gradients(training(name));
        var lowered = NeuralEngineLowering.float32(given.function(), given.frozen());
        var expected = Interpreter.run(given.function(), given.values());
        var found = Interpreter.run(lowered.function(), given.values(lowered));
        for (PortLayout output : lowered.outputs()) {
            String port = output.port().name();
            NDArray value = found.get(output.lowered().name());
            GivenStep.assertNear(output.raise(value), expected.get(port), 1e-5, port);
            assertThat(output.lower(output.raise(value))).as(port + ": zeros").isEqualTo(value);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "grouped", "frozen", "transformer", "lstm", "gru"})
    void halvesComeNear(String name) {
        GivenStep given = GivenStep.gradients(training(name));
        var lowered = NeuralEngineLowering.float16(given.function(), given.frozen());
        var expected = Interpreter.run(given.function(), given.values());
        Program program = Program.of(lowered.function());
        assertThat(program.ports()).allMatch(port -> port.type().dtype() == DType.FLOAT16);
        try (Bindings bindings = Bindings.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, bindings)) {
            given.values(lowered).forEach(bindings::write);
            assertThat(compiled.run(lowered.function().name())).isTrue();
            for (PortLayout output : lowered.outputs()) {
                NDArray value = output.raise(bindings.read(output.lowered().name()));
                String port = output.port().name();
                // Rounding moves some maxima of pools and signs before relu from place to place.
                GivenStep.assertNear(
                        value, expected.get(port), name.equals("cnn") ? 0.15 : 0.02, port);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "frozen", "transformer", "lstm", "gru"})
    void aWholeStepKeepsItsNumbers(String name) throws IOException {
        for (Optimizer optimizer :
                List.of(Optimizers.sgd(0.1).momentum(0.9), Optimizers.adam(0.1))) {
            GivenStep given = GivenStep.whole(training(name).optimizer(optimizer));
            var expected = Interpreter.run(given.function(), given.values());
            var whole = NeuralEngineLowering.float32(given.function(), given.frozen());
            var half = NeuralEngineLowering.float16(given.function(), given.frozen());
            var found = Interpreter.run(whole.function(), given.values(whole));
            var halves = Interpreter.run(half.function(), given.values(half));
            for (int i = 0; i < whole.outputs().size(); i++) {
                PortLayout layout = whole.outputs().get(i);
                String port = layout.port().name();
                NDArray value = layout.raise(found.get(layout.lowered().name()));
                GivenStep.assertNear(value, expected.get(port), 1e-5, port);
                PortLayout rounded = half.outputs().get(i);
                NDArray near = rounded.raise(halves.get(rounded.lowered().name()));
                GivenStep.assertNear(near, expected.get(port), 0.05, port + " in float16");
            }
            // Steps are counted in whole numbers, more of them than float16 can count.
            Program program = Program.of(half.function());
            ProgramPackage.write(program, left("Lowered_step_" + name), ModelCard.BLANK);
            var report = ProgramPackage.lint(program);
            assertThat(report.functions().getFirst().ops().stream().filter(op -> !op.mayRun()))
                    .as(report.text())
                    .hasSizeBetween(2, 3)
                    .allSatisfy(op -> assertThat(op.op()).isIn("add", "cast"))
                    .allSatisfy(op -> assertThat(op.reasons().toString()).contains("int32"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "grouped", "frozen", "transformer", "lstm", "gru"})
    void allOfItMayRunOnTheNeuralEngine(String name) throws IOException {
        GivenStep given = GivenStep.gradients(training(name));
        var lowered = NeuralEngineLowering.float16(given.function(), given.frozen());
        Program program = Program.of(lowered.function());
        ProgramPackage.write(program, left("Lowered_" + name), ModelCard.BLANK);
        var report = ProgramPackage.lint(program);
        assertThat(report.mayAllRun()).as(report.text()).isTrue();
    }

    /** Axes that are short or long where batches and images are as people have them. */
    @Test
    void imagesInBatchesFillTheirRowsAndNoAxisIsTooLong() {
        Training training =
                training(
                        Input.input(16, 28, 28),
                        conv2d(32, 3).stride(2),
                        relu(),
                        maxPool2d(2),
                        conv2d(32, 3),
                        averagePool2d(2).stride(1),
                        flatten(),
                        dense(10));
        try (Trainer trainer = training.batch(64).compile(Engine.cpu())) {
            var report = trainer.placement();
            assertThat(report.mayAllRun()).as(report.text()).isTrue();
            var values = report.functions().getFirst().values();
            assertThat(values.lost()).as(report.text()).isLessThan(0.3);
        }
    }

    /** Returns where a package is left for coremltools. */
    private static Path left(String name) throws IOException {
        return Files.createDirectories(Path.of("target", "packages")).resolve(name + ".mlpackage");
    }
}
