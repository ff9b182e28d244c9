package propane.ffm.shim;

import propane.ffm.raw.shim.propane_array;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The C fake of the shim's contract, compiled by the machine's C compiler. */
final class FakeShim {
    /** What makes predictions. */
    interface Predictor {
        /** Returns a status; inputs and outputs are lists of {@code propane_array}. */
        int predict(MemorySegment inputs, int inputCount, MemorySegment outputs, int outputCount);
    }

    private static final Path LIBRARY = compile();
    private static volatile Predictor predictor = (_, _, _, _) -> 3;

    private FakeShim() {}

    /** Loads the fake in place of the shim; returns false where there is no C compiler. */
    static boolean install() {
        if (LIBRARY.toString().isEmpty()) {
            return false;
        }
        System.setProperty("propane.shim", LIBRARY.toString());
        return true;
    }

    /** Registers what makes predictions. */
    static void onPredict(Predictor function) {
        predictor = function;
        try {
            var descriptor =
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT);
            var target =
                    MethodHandles.lookup()
                            .findStatic(
                                    FakeShim.class,
                                    "predict",
                                    MethodType.methodType(
                                            int.class,
                                            MemorySegment.class,
                                            MemorySegment.class,
                                            MemorySegment.class,
                                            int.class,
                                            MemorySegment.class,
                                            int.class));
            var stub = Linker.nativeLinker().upcallStub(target, descriptor, Arena.global());
            Linker.nativeLinker()
                    .downcallHandle(
                            symbol("fake_on_predict"),
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS))
                    .invokeExact(stub);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static int predict(
            MemorySegment path,
            MemorySegment function,
            MemorySegment inputs,
            int inputCount,
            MemorySegment outputs,
            int outputCount) {
        try {
            return predictor.predict(
                    inputs.reinterpret(inputCount * propane_array.layout().byteSize()),
                    inputCount,
                    outputs.reinterpret(outputCount * propane_array.layout().byteSize()),
                    outputCount);
        } catch (RuntimeException e) {
            return 3;
        }
    }

    /** Returns how many models the fake has loaded. */
    static int openModels() {
        try {
            return (int)
                    Linker.nativeLinker()
                            .downcallHandle(
                                    symbol("fake_open_models"),
                                    FunctionDescriptor.of(ValueLayout.JAVA_INT))
                            .invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns how many jobs of the fake are running or not released. */
    static int openJobs() {
        try {
            return (int)
                    Linker.nativeLinker()
                            .downcallHandle(
                                    symbol("fake_open_jobs"),
                                    FunctionDescriptor.of(ValueLayout.JAVA_INT))
                            .invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Holds jobs before they do anything, or lets them go on. */
    static void hold(boolean hold) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(
                            symbol("fake_hold"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(hold ? 1 : 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the whole number that one of the fake's functions tells. */
    static long number(String function) {
        try {
            return (long)
                    Linker.nativeLinker()
                            .downcallHandle(
                                    symbol(function), FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                            .invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls one of the fake's functions that tell nothing. */
    static void tell(String function, Integer... numbers) {
        var layouts = new MemoryLayout[numbers.length];
        Arrays.fill(layouts, ValueLayout.JAVA_INT);
        try {
            Linker.nativeLinker()
                    .downcallHandle(symbol(function), FunctionDescriptor.ofVoid(layouts))
                    .invokeWithArguments((Object[]) numbers);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment symbol(String name) {
        return SymbolLookup.libraryLookup(LIBRARY, Arena.global()).findOrThrow(name);
    }

    private static Path compile() {
        try {
            Path root =
                    Files.exists(Path.of("src", "test", "c"))
                            ? Path.of("")
                            : Path.of("..", "ffm-bindings");
            Path library = Files.createTempDirectory("propane-fake").resolve("libfake.so");
            var process =
                    new ProcessBuilder(
                                    "cc",
                                    "-shared",
                                    "-fPIC",
                                    "-pthread",
                                    "-Wall",
                                    "-Wextra",
                                    "-Werror",
                                    "-I",
                                    root.resolve("../swift-shim/Sources/CPropaneShim/include")
                                            .toString(),
                                    "-o",
                                    library.toString(),
                                    root.resolve("src/test/c/fake_shim.c").toString())
                            .inheritIO()
                            .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the fake shim does not compile");
            }
            return library;
        } catch (IOException e) {
            System.err.println("SKIPPED: no C compiler, the fake shim cannot be built: " + e);
            return Path.of("");
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
