package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Layers.averagePool;
import static propane.nn.Layers.batchNorm;
import static propane.nn.Layers.conv;
import static propane.nn.Layers.dense;
import static propane.nn.Layers.dropout;
import static propane.nn.Layers.embedding;
import static propane.nn.Layers.flatten;
import static propane.nn.Layers.gelu;
import static propane.nn.Layers.gru;
import static propane.nn.Layers.layerNorm;
import static propane.nn.Layers.learnedPositions;
import static propane.nn.Layers.lstm;
import static propane.nn.Layers.maxPool;
import static propane.nn.Layers.named;
import static propane.nn.Layers.relu;
import static propane.nn.Layers.residual;
import static propane.nn.Layers.rmsNorm;
import static propane.nn.Layers.rnn;
import static propane.nn.Layers.selfAttention;
import static propane.nn.Layers.sequential;
import static propane.nn.Losses.softmaxCrossEntropy;
import static propane.nn.Metric.accuracy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.coreml.lowering.RandomPorts;
import propane.engine.Engine;
import propane.engine.Frame;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Optimizer;
import propane.nn.Optimizers;
import propane.nn.Padding;
import propane.nn.Parameters;
import propane.nn.Weight;
import propane.tensor.DType;
import propane.tensor.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** What the lowering for the Neural Engine makes of trainings' gradients, against the gradients. */
class LoweringTest {
    private static final int BATCH = 4;
    private static final double LOSS_SCALE = 16;

    private static Training training(String name) {
        return switch (name) {
            case "mlp" -> training(Input.input(8, 8), flatten(), dense(64), relu(), dense(10));
            case "cnn" ->
                    training(
                            Input.input(1, 8, 8),
                            conv(4, 3).padding(Padding.SAME),
                            batchNorm(),
                            relu(),
                            residual(sequential(conv(4, 3).padding(Padding.SAME), relu())),
                            maxPool(2),
                            conv(6, 3).stride(2).padding(1),
                            averagePool(2),
                            flatten(),
                            dropout(0.3),
                            dense(10));
            case "grouped" ->
                    training(
                            Input.input(4, 9, 7),
                            conv(8, 3).groups(2).dilation(2),
                            relu(),
                            conv(8, 3).groups(8).padding(Padding.SAME),
                            flatten(),
                            dense(10));
            case "transformer" ->
                    training(
                            Input.tokens(8),
                            embedding(12, 16),
                            learnedPositions(8),
                            residual(sequential(layerNorm(), selfAttention(2).causal())),
                            residual(sequential(rmsNorm(), dense(32), gelu(), dense(16))),
                            dense(12));
            case "lstm" ->
                    training(
                            Input.input(5, 6),
                            lstm(8).layers(2).bidirectional().dropout(0.3),
                            dense(10));
            case "gru" ->
                    training(
                            Input.input(5, 6),
                            gru(8).reversed().sequences(),
                            rnn(8).bidirectional(),
                            dense(10));
            case "frozen" -> {
                Training whole =
                        training(
                                Input.input(1, 8, 8),
                                named(
                                        "trunk",
                                        sequential(conv(4, 3), batchNorm(), relu(), conv(4, 3))),
                                flatten(),
                                named("head", dense(10)));
                yield of(whole.model().freeze(Parameters.under("trunk")));
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
                .batch(BATCH);
    }

    /** A training's gradients, values at their ports, and what is frozen among them. */
    private record Case(
            Program.Function function, Map<String, NDArray> values, Map<String, NDArray> frozen) {
        static Case of(String name) {
            Training training = training(name);
            return of(training, new StepPrograms(training, BATCH, true).gradients());
        }

        /** A whole step, to its end in the new weights. */
        static Case ofStep(String name, Optimizer optimizer) {
            Training training = training(name).optimizer(optimizer);
            return of(training, new StepPrograms(training, BATCH, false).train());
        }

        private static Case of(Training training, Program.Function step) {
            Program.Function function = new RandomPorts().apply(step);
            var random = new Random(7);
            var values = new LinkedHashMap<String, NDArray>();
            function.inputs().forEach(port -> values.put(port.name(), value(port, random)));
            var trained =
                    training.model().trainable().stream()
                            .map(Weight::path)
                            .collect(Collectors.toSet());
            var moved = function.replacements().keySet();
            var frozen = new LinkedHashMap<String, NDArray>();
            for (Port port : function.inputs()) {
                boolean isState = port.role() == Role.WEIGHT || port.role() == Role.STATISTIC;
                if (isState && !trained.contains(port.name()) && !moved.contains(port.name())) {
                    frozen.put(port.name(), values.get(port.name()));
                }
            }
            return new Case(function, values, frozen);
        }

        private static NDArray value(Port port, Random random) {
            double[] elements = new double[port.type().shape().size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] =
                        switch (port.role()) {
                            case RANDOM -> random.nextFloat();
                            case STATISTIC -> 0.5 + random.nextFloat();
                            case BATCH ->
                                    port.type().dtype() == DType.INT32
                                            ? random.nextInt(10)
                                            : random.nextFloat();
                            case HYPER -> port.name().endsWith("/learning_rate") ? 0.1 : LOSS_SCALE;
                            case SLOT -> random.nextFloat();
                            default -> 0.3 * random.nextGaussian();
                        };
            }
            return NDArray.of(elements, port.type());
        }

        Map<String, NDArray> lowered(LoweredFunction function) {
            var lowered = new LinkedHashMap<String, NDArray>();
            for (PortLayout layout : function.inputs()) {
                lowered.put(layout.port().name(), layout.lower(values.get(layout.port().name())));
            }
            return lowered;
        }
    }

    /** The norm of the difference, as a share of the norm; a bias before batch norm has none. */
    private static void assertNear(NDArray found, NDArray expected, double share, String what) {
        double[] a = found.doubles();
        double[] b = expected.doubles();
        double apart = 0;
        double norm = Math.pow(0.05 * LOSS_SCALE, 2);
        for (int i = 0; i < a.length; i++) {
            apart += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        assertThat(Math.sqrt(apart / norm)).as(what).isLessThanOrEqualTo(share);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "grouped", "frozen", "transformer", "lstm", "gru"})
    void theRulesChangeNoNumbers(String name) {
        Case given = Case.of(name);
        var lowered = NeuralEngineLowering.float32(given.function(), given.frozen());
        var expected = Interpreter.run(given.function(), given.values());
        var found = Interpreter.run(lowered.function(), given.lowered(lowered));
        for (PortLayout output : lowered.outputs()) {
            String port = output.port().name();
            NDArray value = found.get(output.lowered().name());
            assertNear(output.raise(value), expected.get(port), 1e-5, port);
            assertThat(output.lower(output.raise(value))).as(port + ": zeros").isEqualTo(value);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "grouped", "frozen", "transformer", "lstm", "gru"})
    void halvesComeNear(String name) {
        Case given = Case.of(name);
        var lowered = NeuralEngineLowering.float16(given.function(), given.frozen());
        var expected = Interpreter.run(given.function(), given.values());
        Program program = Program.of(lowered.function());
        assertThat(program.ports()).allMatch(port -> port.type().dtype() == DType.FLOAT16);
        try (Frame frame = Frame.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, frame)) {
            given.lowered(lowered).forEach(frame::write);
            assertThat(compiled.run(lowered.function().name())).isTrue();
            for (PortLayout output : lowered.outputs()) {
                NDArray value = output.raise(frame.read(output.lowered().name()));
                String port = output.port().name();
                // Rounding moves some maxima of pools and signs before relu from place to place.
                assertNear(value, expected.get(port), name.equals("cnn") ? 0.15 : 0.02, port);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "frozen", "transformer", "lstm", "gru"})
    void aWholeStepKeepsItsNumbers(String name) throws IOException {
        for (Optimizer optimizer :
                List.of(Optimizers.sgd(0.1).momentum(0.9), Optimizers.adam(0.1))) {
            Case given = Case.ofStep(name, optimizer);
            var expected = Interpreter.run(given.function(), given.values());
            var whole = NeuralEngineLowering.float32(given.function(), given.frozen());
            var half = NeuralEngineLowering.float16(given.function(), given.frozen());
            var found = Interpreter.run(whole.function(), given.lowered(whole));
            var halves = Interpreter.run(half.function(), given.lowered(half));
            for (int i = 0; i < whole.outputs().size(); i++) {
                PortLayout layout = whole.outputs().get(i);
                String port = layout.port().name();
                NDArray value = layout.raise(found.get(layout.lowered().name()));
                assertNear(value, expected.get(port), 1e-5, port);
                PortLayout rounded = half.outputs().get(i);
                NDArray near = rounded.raise(halves.get(rounded.lowered().name()));
                assertNear(near, expected.get(port), 0.05, port + " in float16");
            }
            // Steps are counted in whole numbers, more of them than float16 can count.
            Program program = Program.of(half.function());
            CoreMl.write(program, left("Lowered_step_" + name), ModelCard.BLANK);
            var report = CoreMl.lint(program);
            assertThat(report.functions().getFirst().ops().stream().filter(op -> !op.mayRun()))
                    .as(report.text())
                    .hasSizeBetween(1, 2)
                    .allSatisfy(op -> assertThat(op.call().op()).isIn("add", "cast"))
                    .allSatisfy(op -> assertThat(op.reasons().toString()).contains("int32"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mlp", "cnn", "grouped", "frozen", "transformer", "lstm", "gru"})
    void allOfItMayRunOnTheNeuralEngine(String name) throws IOException {
        Case given = Case.of(name);
        var lowered = NeuralEngineLowering.float16(given.function(), given.frozen());
        Program program = Program.of(lowered.function());
        CoreMl.write(program, left("Lowered_" + name), ModelCard.BLANK);
        var report = CoreMl.lint(program);
        assertThat(report.mayAllRun()).as(report.text()).isTrue();
    }

    /** Returns where a package is left for coremltools. */
    private static Path left(String name) throws IOException {
        return Files.createDirectories(Path.of("target", "packages")).resolve(name + ".mlpackage");
    }
}
