package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import propane.data.Batch;
import propane.engine.Engine;
import propane.ffm.shim.CompiledModel;
import propane.json.Json;
import propane.json.JsonField;
import propane.train.Trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The Swift file of exported trainings, compiled once with {@code RunTrainer.swift}, which does
 * with a package what a test wants, on tasks and a queue of Swift's.
 *
 * @param folder where its files lie
 * @param wanted what is wanted
 */
record ExportedRun(Path folder, Json.Members wanted) {
    static final int BATCH = 32;

    /** For how many updates schedules of one's own are written. */
    static final int UPDATES = 64;

    /** The library, built at its first use. */
    private static final class Built {
        static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup(build(), Arena.global());
    }

    /**
     * Begins with the package of a training as it is now.
     *
     * @param examples digits and their labels, which the Swift side reads
     */
    static ExportedRun of(Trainer trainer, Path folder, Batch examples) {
        Path mlpackage = folder.resolve("ExportedTraining.mlpackage");
        trainer.exportTraining(mlpackage, UPDATES);
        return of(mlpackage, folder, examples);
    }

    /** Begins with a package. */
    static ExportedRun of(Path mlpackage, Path folder, Batch examples) {
        write(folder.resolve("x"), examples.x().floats());
        write(folder.resolve("y"), examples.y().ints());
        Path compiled = CompiledModel.compile(mlpackage, Duration.ofMinutes(1)).path();
        return new ExportedRun(
                folder,
                Json.object()
                        .with("compiled", compiled.toString())
                        .with("folder", folder.toString()));
    }

    private static void write(Path file, float[] numbers) {
        var bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        write(file, bytes.array());
    }

    private static void write(Path file, int[] numbers) {
        var bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(numbers);
        write(file, bytes.array());
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ExportedRun with(String name, Json value) {
        return new ExportedRun(folder, wanted.with(name, value));
    }

    ExportedRun with(String name, long value) {
        return with(name, Json.of(value));
    }

    ExportedRun with(String name, String text) {
        return with(name, Json.of(text));
    }

    ExportedRun with(String name, Path file) {
        return with(name, Json.of(file.toString()));
    }

    /** Trains on some of the batches. */
    ExportedRun batches(int from, int to) {
        return with("from", from).with("to", to);
    }

    /** Runs, and returns the outcome; anything but an error in the end is an error here. */
    Outcome run() {
        Outcome outcome = tried();
        assertThat(outcome.at("error").string()).isEmpty();
        return outcome;
    }

    /** Runs, and returns the outcome. */
    Outcome tried() {
        try (Arena arena = Arena.ofConfined()) {
            var descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
            var handle =
                    Linker.nativeLinker()
                            .downcallHandle(Built.LIBRARY.findOrThrow("run_trainer"), descriptor);
            MemorySegment text = arena.allocateFrom(wanted.text());
            assertThat((int) handle.invokeExact(text)).isZero();
            String json = Files.readString(folder.resolve("outcome.json"));
            return new Outcome(JsonField.parse(json, "outcome"));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls a function without parameters of the library. */
    static int call(String name) throws Throwable {
        return (int)
                Linker.nativeLinker()
                        .downcallHandle(
                                Built.LIBRARY.findOrThrow(name),
                                FunctionDescriptor.of(ValueLayout.JAVA_INT))
                        .invokeExact();
    }

    /**
     * What a run came to.
     *
     * @param json the members of Swift's {@code Outcome}
     */
    record Outcome(JsonField json) {
        JsonField at(String name) {
            return json.at(name);
        }

        List<Float> floats(String name) {
            return at(name).items().stream().map(item -> (float) item.number()).toList();
        }

        List<String> strings(String name) {
            return at(name).items().stream().map(JsonField::string).toList();
        }
    }

    /** Compiles the file that is exported, and what runs it, against the stand-in. */
    private static Path build() {
        try {
            Path folder = Files.createTempDirectory("propane-exported");
            try (Trainer trainer = SwiftShimTrainingTest.training(4).compile(Engine.cpu())) {
                trainer.exportTraining(folder.resolve("ExportedTraining.mlpackage"));
            }
            Path library = folder.resolve("libRunTrainer.so");
            compile(
                    List.of(
                            "-swift-version",
                            "6",
                            "-emit-library",
                            "-module-name",
                            "RunTrainer",
                            "-o",
                            library.toString(),
                            folder.resolve("ExportedTrainer.swift").toString(),
                            Path.of("src/test/resources/swift/RunTrainer.swift")
                                    .toAbsolutePath()
                                    .toString()));
            return library;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the Swift compiler over the stand-in; a warning is an error. */
    static void compile(List<String> arguments) throws IOException {
        Path release = Path.of(System.getenv(StandInCoreMl.LIBRARY)).getParent();
        Path sources = release.getParent().getParent();
        var fixed =
                Stream.of(
                        "swiftc",
                        "-warnings-as-errors",
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
                        release.toString());
        Path log = Files.createTempFile("propane-swiftc", ".txt");
        var command = new ArrayList<>(Stream.concat(fixed, arguments.stream()).toList());
        try {
            int code =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start()
                            .waitFor();
            assertThat(code).as(Files.readString(log)).isZero();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
