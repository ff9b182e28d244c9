package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import propane.coreml.StandInPackage;
import propane.engine.coreml.StandInFunction.Arrays;
import propane.ffm.Availability;
import propane.ffm.shim.Shim;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * The Swift shim over its stand-in for Core ML, inside the Swift root. The stand-in calls Java back
 * to describe packages and to predict, which the CPU engine does with the package's own program.
 */
public final class StandInCoreMl {
    /** The variable that names the library, as {@code .ci/swift} does. */
    public static final String LIBRARY = "PROPANE_SHIM_LIBRARY";

    private static final Map<String, StandInFunction> FUNCTIONS = new ConcurrentHashMap<>();
    private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();
    private static boolean installed;
    private static volatile boolean backed = true;
    private static volatile String faults = "{}";
    private static volatile int loadMilliseconds;
    private static volatile boolean fail;
    private static volatile CountDownLatch gate = new CountDownLatch(0);

    private StandInCoreMl() {}

    /** Puts the Swift shim in place and registers both functions with it. */
    public static synchronized void install() {
        if (installed) {
            return;
        }
        installed = true;
        Path library = Path.of(System.getenv(LIBRARY));
        System.setProperty("propane.shim", library.toString());
        assertThat(Shim.availability()).isInstanceOf(Availability.Available.class);
        var pointer = ValueLayout.ADDRESS;
        var count = ValueLayout.JAVA_INT;
        var lookup = SymbolLookup.libraryLookup(library, Arena.global());
        register(
                lookup.findOrThrow("propane_standin_describer"),
                "describe",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, pointer, pointer, pointer, ValueLayout.JAVA_LONG));
        register(
                lookup.findOrThrow("propane_standin_predictor"),
                "predict",
                FunctionDescriptor.of(
                        count, pointer, pointer, pointer, pointer, count, pointer, count, pointer,
                        count));
    }

    private static void register(
            MemorySegment symbol, String method, FunctionDescriptor descriptor) {
        try {
            var target =
                    MethodHandles.lookup()
                            .findStatic(StandInCoreMl.class, method, descriptor.toMethodType());
            var stub = Linker.nativeLinker().upcallStub(target, descriptor, Arena.global());
            Linker.nativeLinker()
                    .downcallHandle(
                            symbol,
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(stub, MemorySegment.NULL);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Says whether packages compiled from now on have outputs that are written into the memory
     * given for them. What was compiled before stays as it is, in the cache, too.
     */
    static void backed(boolean in) {
        backed = in;
    }

    /**
     * Says what the stand-in does wrong for some processors with packages compiled from now on.
     *
     * @param faults its {@code StandInFaults} by function, as JSON; {@code {}} for none
     */
    static void faults(String json) {
        faults = json;
    }

    /** Says how long packages take to load that are compiled from now on. */
    static void loading(int milliseconds) {
        loadMilliseconds = milliseconds;
    }

    /** Makes the next prediction fail. */
    static void failNext() {
        fail = true;
    }

    /** Makes predictions wait from now on. */
    static void hold() {
        gate = new CountDownLatch(1);
    }

    /** Lets predictions go on. */
    static void release() {
        gate.countDown();
    }

    /** Returns the threads that predicted since this was asked last. */
    static Set<Thread> threads() {
        Set<Thread> seen = Set.copyOf(THREADS);
        THREADS.clear();
        return seen;
    }

    private static long describe(
            MemorySegment user, MemorySegment path, MemorySegment buffer, long capacity) {
        try {
            String described = StandInPackage.open(Path.of(StridedArray.text(path))).json(backed);
            String json =
                    "{\"faults\":"
                            + faults
                            + ",\"loadMilliseconds\":"
                            + loadMilliseconds
                            + ","
                            + described.substring(1);
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            if (bytes.length <= capacity) {
                MemorySegment.copy(
                        bytes,
                        0,
                        buffer.reinterpret(capacity),
                        ValueLayout.JAVA_BYTE,
                        0,
                        bytes.length);
            }
            return bytes.length;
        } catch (Throwable e) {
            e.printStackTrace();
            return 0;
        }
    }

    private static int predict(
            MemorySegment user,
            MemorySegment compiled,
            MemorySegment function,
            MemorySegment inputs,
            int inputCount,
            MemorySegment outputs,
            int outputCount,
            MemorySegment states,
            int stateCount) {
        try {
            THREADS.add(Thread.currentThread());
            gate.await();
            if (fail) {
                fail = false;
                return 9;
            }
            function(StridedArray.text(compiled), StridedArray.text(function))
                    .run(
                            new Arrays(inputs, inputCount),
                            new Arrays(outputs, outputCount),
                            new Arrays(states, stateCount));
            return 0;
        } catch (Throwable e) {
            e.printStackTrace();
            return 3;
        }
    }

    private static StandInFunction function(String compiled, String name) {
        return FUNCTIONS.computeIfAbsent(
                compiled + "#" + name,
                _ -> new StandInFunction(StandInPackage.open(Path.of(compiled)), name));
    }
}
