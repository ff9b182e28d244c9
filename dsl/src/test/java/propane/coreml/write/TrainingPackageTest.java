package propane.coreml.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import static propane.nn.Input.image;
import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.gru;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.rnn;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.PackageRun;
import propane.coreml.Packages;
import propane.coreml.SameGraph;
import propane.coreml.format.MlPackage;
import propane.data.Batch;
import propane.engine.Engine;
import propane.json.JsonField;
import propane.nn.WeightFilters;
import propane.nn.metric.Metrics;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.OpSchema;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.ExportOption;

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
                        conv2d(4, 3),
                        batchNorm(),
                        relu(),
                        maxPool2d(2),
                        conv2d(6, 3),
                        relu(),
                        flatten(),
                        dense(10));
        var frozen = model(image(8, 8, 1), network).freeze(WeightFilters.under("conv2d_1"));
        return training(frozen)
                .loss(softmaxCrossEntropy())
                .optimizer(sgd(0.1).momentum(0.9))
                .clipGradNorm(1)
                .gradientAccumulation(2)
                .batch(4);
    }

    @Test
    void aDenseTrainingIsReadBackWhole() {
        Program read = exported(perceptron(), "training_dense");
        assertThat(read.functions())
                .extracting(Program.Function::name)
                .containsExactly(
                        "initialize",
                        "train",
                        "gradients",
                        "update",
                        "evaluate",
                        "predict",
                        "predict_one",
                        "evaluate_one");
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
                        lstm(40).numLayers(2).bidirectional().returnSequences(),
                        gru(5).returnSequences(),
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
        NDArray x = batch().x().slice(0, 1);
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
        var card = ModelCard.BLANK;
        for (String key : List.of("start", "accumulate", "schedules", "settings", "checkpoint")) {
            card = card.with("propane." + key, userDefined(path, "propane." + key));
        }
        ProgramPackage.write(read, again, card);
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

    /** What an app does: slopes in float16, the update in float32. */
    @Test
    void aPackageTrainsInHalfPrecisionToo() {
        Path path = folder.resolve("Dense.mlpackage");
        try (Trainer trainer = perceptron().compile(Engine.cpu())) {
            trainer.exportTraining(path);
            var run = new PackageRun(path);
            Batch batch = batch();
            Map<String, NDArray> state = begun(run, batch);
            // Of random numbers the host knows how to draw them; no function takes the seed.
            assertThat(run.start())
                    .containsOnlyKeys("step", "updates", "seed", "adam/learning_rate");
            assertThat(run.program().ports()).extracting(Port::name).doesNotContain("seed");
            var losses = new ArrayList<Double>();
            for (int step = 0; step < 20; step++) {
                state.putAll(run.run("gradients", state));
                if (step == 7) {
                    // An overflow changes nothing but the scale, and is gone with the next step.
                    var faulty = new HashMap<>(state);
                    NDArray slope = state.get("gradient/dense_1/bias");
                    faulty.put("gradient/dense_1/bias", NDArray.full(slope.type(), 40_000));
                    var skipped = run.run("update", faulty);
                    assertThat(skipped.get("loss_scale").at(0)).isEqualTo(512);
                    assertThat(skipped.get("dense_1/weight"))
                            .isEqualTo(state.get("dense_1/weight"));
                }
                losses.add(state.get("loss").at(0));
                assertThat(losses.getLast())
                        .as("loss of step %d", step)
                        .isCloseTo(trainer.step(batch).value(Metrics.loss()), offset(0.01));
                state.putAll(run.run("update", state));
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
            var run = new PackageRun(path);
            Batch batch = batch(4, 1, 8, 8);
            Map<String, NDArray> state = begun(run, batch);
            for (int step = 0; step < 6; step++) {
                state.putAll(run.run("gradients", state));
                assertThat(state.get("loss").at(0))
                        .as("loss of step %d", step)
                        .isCloseTo(trainer.step(batch).value(Metrics.loss()), offset(0.02));
                NDArray before = state.get("dense_1/weight");
                boolean updates = step % 2 == 1;
                state.putAll(run.run(updates ? "update" : "accumulate", state));
                assertThat(state.get("dense_1/weight").equals(before)).isEqualTo(!updates);
            }
        }
    }

    /** Returns what a package begins with, and a batch by the names of its ports. */
    private static Map<String, NDArray> begun(PackageRun run, Batch batch) {
        Map<String, NDArray> state = new HashMap<>(run.start());
        state.putAll(run.run("initialize", state));
        for (Port port : run.program().function("train").inputs()) {
            if (port.role() == Role.BATCH) {
                state.put(port.name(), port.name().equals("target") ? batch.y() : batch.x());
            }
        }
        return state;
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
                .contains("public actor DigitsTrainer {")
                .doesNotContain("NAME", "PACKAGE");
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
