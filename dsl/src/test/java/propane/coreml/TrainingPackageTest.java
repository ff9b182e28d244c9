package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import static propane.nn.Input.image;
import static propane.nn.Input.input;
import static propane.nn.Layers.batchNorm;
import static propane.nn.Layers.conv;
import static propane.nn.Layers.dense;
import static propane.nn.Layers.dropout;
import static propane.nn.Layers.flatten;
import static propane.nn.Layers.gru;
import static propane.nn.Layers.lstm;
import static propane.nn.Layers.maxPool;
import static propane.nn.Layers.relu;
import static propane.nn.Layers.rnn;
import static propane.nn.Layers.sequential;
import static propane.nn.Losses.softmaxCrossEntropy;
import static propane.nn.Metric.accuracy;
import static propane.nn.Model.model;
import static propane.nn.Optimizers.adam;
import static propane.nn.Optimizers.sgd;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.lowering.PortLayout;
import propane.data.Batch;
import propane.engine.Engine;
import propane.json.JsonField;
import propane.nn.Metric;
import propane.nn.Parameters;
import propane.tensor.CounterRandom;
import propane.tensor.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.OpSchema;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;
import propane.train.ExportOption;
import propane.train.Trainer;
import propane.train.Training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Whole trainings as packages, left for coremltools. */
class TrainingPackageTest {
    @TempDir Path folder;

    private static Training perceptron() {
        var network = sequential(flatten(), dense(16), relu(), dropout(0.25), dense(10));
        return training(model(input(8, 8), network))
                .loss(softmaxCrossEntropy())
                .optimizer(adam(1e-3))
                .metrics(accuracy())
                .batch(8)
                .seed(3);
    }

    private static Training convolutions() {
        var network =
                sequential(
                        conv(4, 3),
                        batchNorm(),
                        relu(),
                        maxPool(2),
                        conv(6, 3),
                        relu(),
                        flatten(),
                        dense(10));
        var frozen = model(image(8, 8, 1), network).freeze(Parameters.under("conv_1"));
        return training(frozen)
                .loss(softmaxCrossEntropy())
                .optimizer(sgd(0.1).momentum(0.9))
                .clip(1)
                .accumulate(2)
                .batch(4);
    }

    @Test
    void aDenseTrainingIsReadBackWhole() {
        Program read = exported(perceptron(), "training_dense");
        assertThat(read.functions())
                .extracting(Program.Function::name)
                .containsExactly(
                        "initialize", "train", "gradients", "update", "evaluate", "predict");
        assertThat(read.ports())
                .extracting(Port::role)
                .contains(Role.WEIGHT, Role.SLOT, Role.BATCH, Role.HYPER, Role.RANDOM)
                .contains(Role.GRADIENT, Role.RESULT);
    }

    @Test
    void aConvolutionalTrainingIsReadBackWhole() {
        Program read = exported(convolutions(), "training_convolutional");
        assertThat(read.has("accumulate")).isTrue();
        assertThat(read.ports()).extracting(Port::role).contains(Role.STATISTIC);
    }

    @Test
    void aRecurrentTrainingIsReadBackWholeAndItsModelPredictsTheSame() {
        var network =
                sequential(
                        lstm(40).layers(2).bidirectional().sequences(),
                        gru(5).sequences(),
                        rnn(4).bidirectional(),
                        dense(10));
        var training =
                training(model(input(8, 8), network))
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(1e-3))
                        .batch(8)
                        .seed(3);
        Program read = exported(training, "training_recurrent");
        assertThat(ops(read.function("train"))).contains("matmul").doesNotContain("lstm");
        Path path = Packages.left("model_recurrent");
        NDArray x = batch().x().rows(0, 1);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.export(path, ExportOption.float32());
            Program model = CoreMl.read(path);
            // The op takes rows of weights in another order: they would not stand as they are.
            assertThat(ops(model.functions().getFirst())).doesNotContain("lstm", "gru");
            var found = Interpreter.run(model.functions().getFirst(), Map.of("input", x));
            assertThat(found.values().iterator().next().doubles())
                    .usingComparatorWithPrecision(1e-5)
                    .containsExactly(trainer.predict(x).doubles());
        }
    }

    private static List<String> ops(Program.Function function) {
        return function.operations().stream()
                .map(operation -> OpSchema.of(operation.op()).name())
                .toList();
    }

    /** What is read back, written again, is the same package: nothing was lost on the way. */
    private Program exported(Training training, String name) {
        Path path = Packages.left(name);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.exportTraining(path);
        }
        Program read = CoreMl.read(path);
        Path again = folder.resolve("Again.mlpackage");
        String start = userDefined(path, "propane.start");
        var card =
                ModelCard.BLANK
                        .with("propane.start", start)
                        .with("propane.accumulate", userDefined(path, "propane.accumulate"));
        CoreMl.write(read, again, card);
        SameGraph.require(CoreMl.read(again), read);
        assertThat(files(again)).isEqualTo(files(path));
        return read;
    }

    @Test
    void theSameTrainingIsTheSameBytes() {
        Path first = folder.resolve("First.mlpackage");
        Path second = folder.resolve("Second.mlpackage");
        for (Path path : List.of(first, second)) {
            try (Trainer trainer = perceptron().compile(Engine.cpu())) {
                trainer.exportTraining(path);
            }
        }
        assertThat(files(first)).isNotEmpty().isEqualTo(files(second));
    }

    /** The package's own functions, run step by step as its ports tell, against the trainer. */
    @Test
    void aPackageTrainsAsTheTrainerDoes() {
        try (Trainer trainer = perceptron().compile(Engine.cpu())) {
            Path path = folder.resolve("Dense.mlpackage");
            trainer.exportTraining(path);
            Program program = CoreMl.read(path);
            Batch batch = batch();
            var state = new HashMap<>(Interpreter.run(program.function("initialize"), Map.of()));
            state.put("input", batch.x());
            state.put("target", batch.y());
            state.put("step", NDArray.of(new int[] {0}));
            state.put("adam/learning_rate", NDArray.of(new float[] {1e-3f}));
            for (int step = 0; step < 3; step++) {
                draw(program.function("train"), state, step);
                var whole = Interpreter.run(program.function("train"), state);
                assertThat(whole.get("loss").at(0))
                        .as("loss of step %d", step)
                        .isCloseTo(trainer.step(batch).value(Metric.loss()), offset(1e-5));
                state.putAll(whole);
            }
            trainer.weights()
                    .arrays()
                    .forEach((name, value) ->
                            assertThat(state.get(name).doubles())
                                    .as(name)
                                    .usingComparatorWithPrecision(1e-5)
                                    .containsExactly(value.doubles()));
        }
    }

    /** What an app does: slopes in float16, the update in float32. */
    @Test
    void aPackageTrainsInHalfPrecisionToo() {
        Path path = folder.resolve("Dense.mlpackage");
        try (Trainer trainer = perceptron().compile(Engine.cpu())) {
            trainer.exportTraining(path);
            Program program = CoreMl.read(path);
            Batch batch = batch();
            var state = new HashMap<>(Interpreter.run(program.function("initialize"), Map.of()));
            start(path, program).forEach(state::put);
            state.put("input", batch.x());
            state.put("target", batch.y());
            var losses = new ArrayList<Double>();
            for (int step = 0; step < 20; step++) {
                draw(program.function("train"), state, step);
                state.putAll(slopes(program, state));
                if (step == 7) {
                    // An overflow changes nothing but the scale, and is gone with the next step.
                    var faulty = new HashMap<>(state);
                    NDArray slope = state.get("gradient/dense_1/bias");
                    faulty.put("gradient/dense_1/bias", NDArray.filled(slope.type(), 40_000));
                    var skipped = Interpreter.run(program.function("update"), faulty);
                    assertThat(skipped.get("loss_scale").at(0)).isEqualTo(512);
                    assertThat(skipped.get("dense_1/weight"))
                            .isEqualTo(state.get("dense_1/weight"));
                }
                losses.add(state.get("loss").at(0));
                assertThat(losses.getLast())
                        .as("loss of step %d", step)
                        .isCloseTo(trainer.step(batch).value(Metric.loss()), offset(0.01));
                state.putAll(Interpreter.run(program.function("update"), state));
            }
            assertThat(losses.getLast()).isLessThan(0.95 * losses.getFirst());
        }
    }

    /** Of two batches the first only adds its slopes up. */
    @Test
    void aPackageAddsSlopesUpWhereSeveralBatchesMakeOneUpdate() {
        Path path = folder.resolve("Convolutions.mlpackage");
        try (Trainer trainer = convolutions().compile(Engine.cpu())) {
            trainer.exportTraining(path);
            assertThat(userDefined(path, "propane.accumulate")).isEqualTo("2");
            Program program = CoreMl.read(path);
            Batch batch = batch(4, 1, 8, 8);
            var state = new HashMap<>(Interpreter.run(program.function("initialize"), Map.of()));
            state.put("image", batch.x());
            state.put("target", batch.y());
            state.put("step", NDArray.of(new int[] {0}));
            state.put("sgd/learning_rate", NDArray.of(new float[] {0.1f}));
            for (int step = 0; step < 6; step++) {
                state.putAll(slopes(program, state));
                assertThat(state.get("loss").at(0))
                        .as("loss of step %d", step)
                        .isCloseTo(trainer.step(batch).value(Metric.loss()), offset(0.02));
                NDArray before = state.get("dense_1/weight");
                boolean updates = step % 2 == 1;
                state.putAll(
                        Interpreter.run(
                                program.function(updates ? "update" : "accumulate"), state));
                assertThat(state.get("dense_1/weight").equals(before)).isEqualTo(!updates);
            }
        }
    }

    /** Counters, seeds and rates as the package's metadata tell them. */
    private static Map<String, NDArray> start(Path path, Program program) {
        Map<String, NDArray> values = new HashMap<>();
        JsonField told = JsonField.parse(userDefined(path, "propane.start"), "start");
        for (Port port : program.ports()) {
            if (told.has(port.name())) {
                double[] numbers =
                        told.at(port.name()).items().stream()
                                .mapToDouble(JsonField::number)
                                .toArray();
                values.put(port.name(), NDArray.of(numbers, port.type()));
            }
        }
        assertThat(values).containsOnlyKeys("step", "adam/learning_rate");
        // Of random numbers the host knows how to draw them; no function takes the seed.
        assertThat(told.at("seed").items()).extracting(JsonField::whole).containsExactly(3L, 0L);
        return values;
    }

    private static String userDefined(Path path, String key) {
        var metadata = MlPackage.open(path).read().getDescription().getMetadata();
        return metadata.getUserDefinedOrThrow(key);
    }

    @Test
    void nothingKnownKeepsItsGradientsOffTheNeuralEngine() {
        for (Training training : List.of(perceptron(), convolutions())) {
            Path path = folder.resolve("Linted.mlpackage");
            try (Trainer trainer = training.compile(Engine.cpu())) {
                trainer.exportTraining(path);
            }
            var report = CoreMl.lint(path);
            for (var function : report.functions()) {
                assertThat(function.mayAllRun())
                        .as(report.text())
                        .isEqualTo(function.name().equals("gradients"));
            }
        }
    }

    @Test
    void aSwiftFileTrainsThePackageOnADevice() throws IOException {
        Path path = folder.resolve("DigitsTraining.mlpackage");
        try (Trainer trainer = perceptron().compile(Engine.cpu())) {
            trainer.exportTraining(path);
        }
        String swift = Files.readString(folder.resolve("DigitsTrainer.swift"));
        assertThat(swift)
                .startsWith("// Trains DigitsTraining.mlpackage on the device")
                .contains("public final class DigitsTrainer {")
                .doesNotContain("NAME", "PACKAGE");
    }

    /** Runs the half-precision function as a host must: rows filled up going in, cut coming out. */
    private static Map<String, NDArray> slopes(Program program, Map<String, NDArray> state) {
        Map<String, Port> plain = new HashMap<>();
        program.ports().forEach(port -> plain.put(port.name(), port));
        Program.Function gradients = program.function("gradients");
        Map<String, NDArray> inputs = new HashMap<>();
        for (Port port : gradients.inputs()) {
            Port base = plain.get(port.name().substring("half/".length()));
            inputs.put(port.name(), new PortLayout(base, port).lower(state.get(base.name())));
        }
        Map<String, NDArray> found = new HashMap<>();
        Map<String, NDArray> results = Interpreter.run(gradients, inputs);
        for (Program.Output output : gradients.outputs()) {
            Port base = plain.get(output.port().name().substring("half/".length()));
            var layout = new PortLayout(base, output.port());
            found.put(base.name(), layout.raise(results.get(output.port().name())));
        }
        return found;
    }

    /** Fills random ports as the host must: by seed, step and the stream in the port's name. */
    private static void draw(Program.Function function, Map<String, NDArray> values, int step) {
        for (Port port : function.inputs()) {
            if (port.role() == Role.RANDOM) {
                long stream = CounterRandom.stream(port.name().replace("random/uniform/", ""));
                long seed = CounterRandom.bits(3, 0, step);
                double[] drawn = new double[port.type().shape().size()];
                for (int i = 0; i < drawn.length; i++) {
                    drawn[i] = CounterRandom.uniform(seed, stream, i);
                }
                values.put(port.name(), NDArray.of(drawn, port.type()));
            }
        }
    }

    private static Batch batch() {
        return batch(8, 8, 8);
    }

    private static Batch batch(int... dims) {
        int examples = dims[0];
        var random = new Random(5);
        float[] pixels = new float[examples * 64];
        int[] labels = new int[examples];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(10);
        }
        return Batch.of(NDArray.of(pixels, dims), NDArray.of(labels));
    }

    @Test
    void portsTellHowToTrain() {
        Path path = folder.resolve("Dense.mlpackage");
        try (Trainer trainer = perceptron().compile(Engine.cpu())) {
            trainer.exportTraining(path);
        }
        var model = MlPackage.open(path).read();
        String text = model.getDescription().getMetadata().getUserDefinedOrThrow("propane.ports");
        var functions = JsonField.parse(text, "ports").at("functions");
        var gradients = byName(functions.at("gradients").at("outputs"));
        var gradient = gradients.get("half_gradient_dense_1_weight");
        assertThat(gradient.at("of").string()).isEqualTo("half_dense_1_weight");
        assertThat(gradient.at("role").string()).isEqualTo("gradient");
        assertThat(gradient.at("type").string()).isEqualTo("fp16");
        assertThat(gradient.at("shape").items())
                .extracting(JsonField::whole)
                .containsExactly(16L, 64L);
        var train = byName(functions.at("train").at("outputs"));
        assertThat(train.get("dense_1_weight_new").at("replaces").string())
                .isEqualTo("dense_1_weight");
        assertThat(train.get("loss").has("replaces")).isFalse();
        var inputs = byName(functions.at("train").at("inputs"));
        assertThat(inputs.get("adam_learning_rate").at("role").string()).isEqualTo("hyper");
        assertThat(inputs.get("input").at("role").string()).isEqualTo("batch");
    }

    private static Map<String, JsonField> byName(JsonField ports) {
        Map<String, JsonField> found = new HashMap<>();
        ports.items().forEach(port -> found.put(port.at("name").string(), port));
        return found;
    }

    /** Returns the files of a package and what is in them. */
    private static Map<String, String> files(Path path) {
        var found = new TreeMap<String, String>();
        try (var paths = Files.walk(path)) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                String bytes = HexFormat.of().formatHex(Files.readAllBytes(file));
                found.put(path.relativize(file).toString(), bytes);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return found;
    }
}
