package propane.guarantees;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.coreml.CoreMl;
import propane.coreml.PackageRun;
import propane.coreml.estimate.MeasuredFigures;
import propane.coreml.read.PackageReader;
import propane.data.Dataset;
import propane.engine.coreml.MachineReport;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.NDArray;
import propane.train.Trainer;
import propane.train.option.Option;
import propane.writing.AtomicFile;
import propane.writing.AtomicFolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Files of each release are readable for ever: {@code src/test/resources/releases} has a sample of
 * each kind from each release, which nobody changes any more. {@code -Dpropane.update=true} writes
 * those of this release that are missing.
 */
class ReleasesTest {
    private static final Path ROOT = Path.of("src", "test", "resources", "releases");
    private static final String THIS = "0.1";

    /** Which class writes which files. */
    private static final Map<String, List<String>> WRITERS =
            Map.of(
                    "propane/safetensors/SafetensorsWriter",
                            List.of("run.ckpt", "weights.safetensors"),
                    "propane/coreml/format/PackageFolder",
                            List.of("Sample.mlpackage", "SampleTraining.mlpackage"),
                    "propane/coreml/estimate/MeasuredFigures", List.of("devices.json"),
                    "propane/engine/coreml/MachineReport", List.of("doctor.json"),
                    "propane/train/result/History", List.of("history.csv", "history.jsonl"),
                    // The same JSON, and a text for people.
                    "propane/doctor/Doctor", List.of("doctor.json"),
                    // Source code for apps, which nothing reads.
                    "propane/train/export/SwiftTrainer", List.of("SampleTrainer.swift"));

    static List<Path> releases() throws IOException {
        try (Stream<Path> all = Files.list(ROOT)) {
            return all.sorted().toList();
        }
    }

    @Test
    void thisReleaseHasASampleOfEachKind() throws IOException {
        Path samples = ROOT.resolve(THIS);
        if (Boolean.getBoolean("propane.update") && !Files.exists(samples.resolve("run.ckpt"))) {
            ReleaseSample.write(Files.createDirectories(samples));
        }
        for (List<String> names : WRITERS.values()) {
            for (String name : names) {
                assertThat(samples.resolve(name)).exists();
            }
        }
    }

    /** A class that begins to write files is missing in the table until it has samples. */
    @Test
    void everyWriterIsKnown() throws IOException {
        var writers = new TreeSet<String>();
        Path classes = Path.of("target", "classes", "propane");
        try (Stream<Path> files = Files.walk(classes)) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.toString().contains("writing"))
                    .forEach(file -> writers.addAll(writer(file)));
        }
        assertThat(writers).isEqualTo(new TreeSet<>(WRITERS.keySet()));
    }

    private static List<String> writer(Path file) {
        try {
            var model = ClassFile.of().parse(file);
            for (var entry : model.constantPool()) {
                if (entry instanceof MethodRefEntry method
                        && method.name().stringValue().startsWith("write")
                        && Stream.of(AtomicFile.class, AtomicFolder.class)
                                .map(type -> type.getName().replace('.', '/'))
                                .anyMatch(method.owner().asInternalName()::equals)) {
                    return List.of(model.thisClass().asInternalName());
                }
            }
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void aRunGoesOnFromACheckpoint(Path release) {
        try (Trainer trainer = ReleaseSample.trained()) {
            NDArray expected = trainer.predict(ReleaseSample.inputs());
            try (Trainer resumed = ReleaseSample.training().compile()) {
                resumed.load(release.resolve("run.ckpt"));
                assertThat(resumed.steps()).isEqualTo(trainer.steps());
                assertNear(resumed.predict(ReleaseSample.inputs()), expected);
                var history = resumed.fit(ReleaseSample.data(), Option.epochs(4));
                assertThat(history.epochs()).hasSize(4);
                resumed.load(Weights.read(release.resolve("weights.safetensors")));
                assertNear(resumed.predict(ReleaseSample.inputs()), expected);
            }
            assertThat(Checkpoint.read(release.resolve("run.ckpt")).resumable()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void packagesPredictAsTheTrainerDid(Path release) {
        try (Trainer trainer = ReleaseSample.trained()) {
            NDArray expected = trainer.predict(ReleaseSample.inputs());
            Path predictor = release.resolve("Sample.mlpackage");
            CoreMl.check(predictor);
            assertThat(CoreMl.describe(predictor)).contains("input  fp32[1, 4]");
            assertThat(PackageReader.weights(predictor)).isNotEmpty();
            Program.Function one = CoreMl.read(predictor).functions().getFirst();
            int classes = expected.shape().dim(1);
            for (int row = 0; row < ReleaseSample.ROWS; row++) {
                NDArray x = ReleaseSample.rows(row, 1);
                NDArray y =
                        Interpreter.run(one, Map.of(one.inputs().getFirst().name(), x))
                                .values()
                                .iterator()
                                .next();
                float[] wanted =
                        Arrays.copyOfRange(expected.floats(), row * classes, (row + 1) * classes);
                assertNear(y, NDArray.of(wanted, 1, classes));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void trainingPackagesRun(Path release) {
        var run = new PackageRun(release.resolve("SampleTraining.mlpackage"));
        assertThat(run.program().functions())
                .extracting(Program.Function::name)
                .contains("initialize", "train", "gradients", "update", "evaluate", "predict");
        var values = new LinkedHashMap<>(run.start());
        values.putAll(run.run("initialize", values));
        try (Trainer trainer = ReleaseSample.trained()) {
            values.put("input", ReleaseSample.rows(0, ReleaseSample.BATCH));
            NDArray y = run.run("predict", values).values().stream().findFirst().orElseThrow();
            assertNear(y, trainer.predict(ReleaseSample.rows(0, ReleaseSample.BATCH)));
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void filesOfTheDoctorAreRead(Path release) throws IOException {
        var report =
                MachineReport.read(Files.readString(release.resolve("doctor.json")), "doctor.json");
        assertThat(report).isEqualTo(ReleaseSample.report());
        System.setProperty(MeasuredFigures.PLACE, release.resolve("devices.json").toString());
        try {
            var estimate = CoreMl.estimate(release.resolve("Sample.mlpackage"));
            assertThat(String.join("\n", estimate.sources()))
                    .contains(ReleaseSample.DEVICE.toLowerCase(Locale.ROOT), "a test");
        } finally {
            System.clearProperty(MeasuredFigures.PLACE);
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void historiesAreTables(Path release) {
        assertThat(Dataset.csv(release.resolve("history.csv"), List.of("loss")).size())
                .isEqualTo(2);
    }

    private static void assertNear(NDArray given, NDArray expected) {
        assertThat(given.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(given.at(i)).isCloseTo(expected.at(i), Offset.offset(1e-4));
        }
    }
}
