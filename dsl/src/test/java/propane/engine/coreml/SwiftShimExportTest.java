package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Layers.batchNorm;
import static propane.nn.Layers.dense;
import static propane.nn.Layers.dropout;
import static propane.nn.Layers.flatten;
import static propane.nn.Layers.relu;
import static propane.nn.Layers.sequential;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Safetensors;
import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.ffm.shim.CompiledModel;
import propane.nn.Input;
import propane.nn.Losses;
import propane.nn.Metric;
import propane.nn.Model;
import propane.nn.Optimizers;
import propane.train.Trainer;
import propane.train.Training;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The Swift file beside an exported training, compiled and run over the stand-in for Core ML: its
 * steps are those that Java makes through the shim, to the last bit.
 */
@OnTheSwiftShim
class SwiftShimExportTest {
    private static final int BATCH = 32;
    private static final int STEPS = 24;
    private static final Batch DIGITS = SwiftShimTrainingTest.DIGITS.train().all();

    @TempDir private Path folder;

    private static Training training(int accumulate) {
        return Training.training(
                        Model.model(
                                Input.input(8, 8),
                                sequential(
                                        flatten(),
                                        dense(24),
                                        batchNorm(),
                                        relu(),
                                        dropout(0.25),
                                        dense(10))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(3e-3))
                .metrics(Metric.accuracy())
                .accumulate(accumulate)
                .clip(1)
                .batch(BATCH)
                .seed(9);
    }

    private static Batch batch(int step) {
        int from = step * BATCH;
        return Batch.of(DIGITS.x().rows(from, from + BATCH), DIGITS.y().rows(from, from + BATCH));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theExportedSwiftFileTrainsAsJavaDoes(int accumulate) throws Throwable {
        Path mlpackage = folder.resolve("ExportedTraining.mlpackage");
        var losses = new ArrayList<Float>();
        Path expected = folder.resolve("java.safetensors");
        try (Trainer trainer = training(accumulate).compile(new CoreMlEngine())) {
            trainer.exportTraining(mlpackage);
            for (int i = 0; i < STEPS; i++) {
                losses.add((float) trainer.step(batch(i)).value(Metric.loss()));
            }
            trainer.save(expected);
        }
        Path saved = folder.resolve("swift.safetensors");
        assertThat(run(mlpackage, saved)).isEqualTo(losses);
        var java = Checkpoint.read(expected);
        var all = new TreeMap<>(java.weights().arrays());
        all.putAll(java.slots().arrays());
        var swift = Safetensors.read(saved).arrays();
        assertThat(all).hasSizeGreaterThan(15);
        assertThat(Weights.read(saved).at("dense_1/weight"))
                .isEqualTo(java.weights().at("dense_1/weight"));
        all.forEach((path, array) -> assertThat(swift.get(path)).as(path).isEqualTo(array));
    }

    /** Runs the Swift trainer over all batches and returns the losses. */
    private List<Float> run(Path mlpackage, Path saved) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(ValueLayout.JAVA_FLOAT, STEPS * BATCH * 64L);
            MemorySegment y = arena.allocate(ValueLayout.JAVA_INT, STEPS * (long) BATCH);
            for (int i = 0; i < STEPS; i++) {
                MemorySegment.copy(
                        MemorySegment.ofArray(batch(i).x().floats()),
                        0,
                        x,
                        i * BATCH * 64L * Float.BYTES,
                        BATCH * 64L * Float.BYTES);
                MemorySegment.copy(
                        MemorySegment.ofArray(batch(i).y().ints()),
                        0,
                        y,
                        (long) i * BATCH * Integer.BYTES,
                        (long) BATCH * Integer.BYTES);
            }
            MemorySegment losses = arena.allocate(ValueLayout.JAVA_FLOAT, STEPS);
            var address = ValueLayout.ADDRESS;
            var handle =
                    Linker.nativeLinker()
                            .downcallHandle(
                                    SymbolLookup.libraryLookup(library(), Arena.global())
                                            .findOrThrow("run_trainer"),
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            address,
                                            address,
                                            address,
                                            ValueLayout.JAVA_INT,
                                            address,
                                            address));
            var compiled = CompiledModel.compile(mlpackage, Duration.ofMinutes(1));
            int status =
                    (int)
                            handle.invokeExact(
                                    arena.allocateFrom(compiled.path().toString()),
                                    x,
                                    y,
                                    STEPS,
                                    losses,
                                    arena.allocateFrom(saved.toString()));
            assertThat(status).isZero();
            var found = new ArrayList<Float>();
            for (int i = 0; i < STEPS; i++) {
                found.add(losses.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            }
            return found;
        }
    }

    /** Compiles the file that was exported, and what runs it, against the stand-in. */
    private Path library() throws IOException, InterruptedException {
        Path shim = Path.of(System.getenv(StandInCoreMl.LIBRARY));
        Path release = shim.getParent();
        Path sources = release.getParent().getParent();
        Path library = folder.resolve("libRunTrainer.so");
        Path runner = Path.of("src", "test", "resources", "swift", "RunTrainer.swift");
        var command =
                List.of(
                        "swiftc",
                        "-swift-version",
                        "6",
                        "-warnings-as-errors",
                        "-emit-library",
                        "-module-name",
                        "RunTrainer",
                        "-o",
                        library.toString(),
                        "-I",
                        release.resolve("Modules").toString(),
                        "-I",
                        sources.resolve("LinuxStandIn/CStandIn/include").toString(),
                        "-I",
                        sources.resolve("Sources/CPropaneShim/include").toString(),
                        "-L",
                        release.toString(),
                        "-lPropaneShim",
                        "-Xlinker",
                        "-rpath",
                        "-Xlinker",
                        release.toString(),
                        folder.resolve("ExportedTrainer.swift").toString(),
                        runner.toAbsolutePath().toString());
        Path log = folder.resolve("swiftc.txt");
        int code =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start()
                        .waitFor();
        assertThat(code).as(Files.readString(log)).isZero();
        return library;
    }
}
