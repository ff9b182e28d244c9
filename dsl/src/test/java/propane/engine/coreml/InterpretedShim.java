package propane.engine.coreml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import propane.coreml.CoreMl;
import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.read.PackageReader;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.NDArray;

import java.io.IOException;
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
import java.util.HashMap;
import java.util.Map;

/** The C fake of the shim, its predictions made by the interpreter from the package's program. */
public final class InterpretedShim {
    private static final long ARRAY =
            MemoryLayout.structLayout(
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS)
                    .byteSize();
    private static final String BEFORE = System.getProperty("propane.shim", "");
    private static final Path LIBRARY = compile();
    private static volatile boolean fail;
    private static volatile boolean distort;

    private InterpretedShim() {}

    /** Puts the fake in place of the shim; skips the test where there is no C compiler. */
    public static void install() {
        assumeTrue(!LIBRARY.toString().isEmpty(), "needs a C compiler");
        System.setProperty("propane.shim", LIBRARY.toString());
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
                                    InterpretedShim.class,
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
            var register =
                    SymbolLookup.libraryLookup(LIBRARY, Arena.global())
                            .findOrThrow("fake_on_predict");
            Linker.nativeLinker()
                    .downcallHandle(register, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS))
                    .invokeExact(stub);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes the fake away, and all that it does wrong. */
    public static void remove() {
        if (!LIBRARY.toString().isEmpty()) {
            fail = false;
            distort = false;
            refuseSurfaces(false);
            slowLoads(0);
            endLateLoads();
            failOn(-1, 0);
        }
        System.setProperty("propane.shim", BEFORE);
    }

    /** Returns how many surfaces are open. */
    static int openSurfaces() {
        return (int) ask("fake_open_surfaces", ValueLayout.JAVA_INT);
    }

    /** Returns how many models are loaded. */
    static int openModels() {
        return (int) ask("fake_open_models", ValueLayout.JAVA_INT);
    }

    /** Returns how long the last load might have taken, in milliseconds. */
    static long lastLimit() {
        return (long) ask("fake_last_limit", ValueLayout.JAVA_LONG);
    }

    /** Says whether predictions refuse outputs that lie in surfaces. */
    static void refuseSurfaces(boolean refuse) {
        tell("fake_refuse_surfaces", refuse ? 1 : 0);
    }

    /** Makes the next loads time out; they run on until {@link #endLateLoads}. */
    static void slowLoads(int count) {
        tell("fake_slow_loads", count);
    }

    static void endLateLoads() {
        tell("fake_end_late_calls");
    }

    /**
     * Makes predictions of models that are loaded for some processors fail, from the one with a
     * number on, counted from 0 and by model; for {@code -1} all go well.
     */
    static void failOn(int units, int from) {
        tell("fake_fail_on", units, from);
    }

    private static Object ask(String function, MemoryLayout result) {
        return call(function, FunctionDescriptor.of(result));
    }

    private static void tell(String function, Integer... numbers) {
        var layouts = new MemoryLayout[numbers.length];
        Arrays.fill(layouts, ValueLayout.JAVA_INT);
        call(function, FunctionDescriptor.ofVoid(layouts), (Object[]) numbers);
    }

    private static Object call(String function, FunctionDescriptor descriptor, Object... given) {
        try {
            var symbol = SymbolLookup.libraryLookup(LIBRARY, Arena.global()).findOrThrow(function);
            return Linker.nativeLinker()
                    .downcallHandle(symbol, descriptor)
                    .invokeWithArguments(given);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes the next prediction fail. */
    public static void failNext() {
        fail = true;
    }

    /** Makes the next prediction wrong: every output is of the other sign. */
    public static void distortNext() {
        distort = true;
    }

    /** Registers the plan that the fake hands out of every function; empty for none. */
    public static void plan(String json) {
        try (Arena arena = Arena.ofConfined()) {
            var register =
                    SymbolLookup.libraryLookup(LIBRARY, Arena.global()).findOrThrow("fake_on_plan");
            MemorySegment text = json.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(json);
            Linker.nativeLinker()
                    .downcallHandle(register, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS))
                    .invokeExact(text);
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
            if (fail) {
                fail = false;
                return 3;
            }
            Path mlpackage = Path.of(text(path));
            Program program = CoreMl.read(mlpackage);
            var ports = PackageReader.ports(mlpackage);
            String name = text(function);
            FunctionPorts chosen =
                    name.isEmpty() ? ports.functions().getFirst() : ports.function(name);
            Program.Function body = program.function(chosen.function());
            var values = new HashMap<String, NDArray>();
            Map<String, MemorySegment> given = arrays(inputs, inputCount);
            for (PackagePort input : chosen.inputs()) {
                values.put(input.port().name(), read(given.get(input.name()), input));
            }
            Map<String, MemorySegment> wanted = arrays(outputs, outputCount);
            var results = Interpreter.run(body, values);
            for (PackagePort output : chosen.outputs()) {
                NDArray result = results.get(output.port().name());
                write(distort ? negated(result) : result, wanted.get(output.name()));
            }
            distort = false;
            return 0;
        } catch (RuntimeException e) {
            e.printStackTrace();
            return 3;
        }
    }

    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static Map<String, MemorySegment> arrays(MemorySegment list, int count) {
        var arrays = new HashMap<String, MemorySegment>();
        MemorySegment all = list.reinterpret(count * ARRAY);
        for (int i = 0; i < count; i++) {
            MemorySegment one = all.asSlice(i * ARRAY, ARRAY);
            long bytes = one.get(ValueLayout.JAVA_LONG, 16);
            arrays.put(
                    text(one.get(ValueLayout.ADDRESS, 0)),
                    one.get(ValueLayout.ADDRESS, 8).reinterpret(bytes));
        }
        return arrays;
    }

    private static NDArray read(MemorySegment from, PackagePort port) {
        var shape = port.port().type().shape();
        return switch (port.port().type().dtype()) {
            case INT32 -> NDArray.of(from.toArray(ValueLayout.JAVA_INT), shape);
            case FLOAT32 -> NDArray.of(from.toArray(ValueLayout.JAVA_FLOAT), shape);
            case FLOAT16 -> NDArray.ofHalfBits(from.toArray(ValueLayout.JAVA_SHORT), shape);
            default -> throw new IllegalArgumentException(port.toString());
        };
    }

    private static NDArray negated(NDArray value) {
        return NDArray.of(Arrays.stream(value.doubles()).map(x -> -x).toArray(), value.type());
    }

    private static void write(NDArray value, MemorySegment to) {
        switch (value.dtype()) {
            case INT32 -> to.copyFrom(MemorySegment.ofArray(value.ints()));
            case FLOAT32 -> to.copyFrom(MemorySegment.ofArray(value.floats()));
            case FLOAT16 -> to.copyFrom(MemorySegment.ofArray(value.halfBits()));
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static Path compile() {
        Path sources = Path.of("..", "ffm-bindings", "src", "test", "c", "fake_shim.c");
        Path header = Path.of("..", "swift-shim", "Sources", "CPropaneShim", "include");
        try {
            Path library = Files.createTempDirectory("propane-fake").resolve("libfake.so");
            var process =
                    new ProcessBuilder(
                                    "cc",
                                    "-shared",
                                    "-fPIC",
                                    "-I",
                                    header.toString(),
                                    "-o",
                                    library.toString(),
                                    sources.toString())
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
            throw new IllegalStateException(e);
        }
    }
}
