package propane.engine.coreml;

import propane.coreml.CoreMl;
import propane.coreml.FunctionPorts;
import propane.coreml.PackagePort;
import propane.engine.CompiledProgram;
import propane.engine.Frame;
import propane.engine.cpu.CpuEngine;
import propane.tensor.DType;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the predictions of the stand-in for Core ML behind the Swift shim: the CPU engine runs the
 * program of the package.
 */
final class StandInCoreMl {
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
    private static final Map<String, Body> BODIES = new ConcurrentHashMap<>();
    private static volatile boolean backed = true;
    private static volatile boolean fail;

    private StandInCoreMl() {}

    /** Registers both functions with the library. */
    static void install(Path library) {
        var lookup = SymbolLookup.libraryLookup(library, Arena.global());
        register(
                lookup.findOrThrow("propane_standin_describer"),
                "describe",
                MethodType.methodType(
                        long.class,
                        MemorySegment.class,
                        MemorySegment.class,
                        MemorySegment.class,
                        long.class),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG));
        register(
                lookup.findOrThrow("propane_standin_predictor"),
                "predict",
                MethodType.methodType(
                        int.class,
                        MemorySegment.class,
                        MemorySegment.class,
                        MemorySegment.class,
                        MemorySegment.class,
                        int.class,
                        MemorySegment.class,
                        int.class,
                        MemorySegment.class,
                        int.class),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
    }

    private static void register(
            MemorySegment symbol, String method, MethodType type, FunctionDescriptor descriptor) {
        try {
            var target = MethodHandles.lookup().findStatic(StandInCoreMl.class, method, type);
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

    /** Says whether models compiled from now on write outputs into the memory they are given. */
    static void backed(boolean in) {
        backed = in;
    }

    /** Makes the next prediction fail. */
    static void failNext() {
        fail = true;
    }

    /** A package's function, ready on the CPU. */
    private record Body(FunctionPorts ports, CompiledProgram program, Frame frame, String name) {
        static Body of(Path mlpackage) {
            FunctionPorts ports = CoreMl.ports(mlpackage).functions().getFirst();
            Program.Function function = CoreMl.read(mlpackage).function(ports.function());
            var outputs = new ArrayList<Program.Output>();
            for (Program.Output output : function.outputs()) {
                Port port = output.port();
                Port result = new Port("out/" + port.name(), Role.RESULT, port.type());
                outputs.add(new Program.Output(result, output.value(), ""));
            }
            Program program =
                    Program.of(new Program.Function(function.name(), function.inputs(), outputs));
            Frame frame = Frame.allocate(program.ports());
            return new Body(ports, new CpuEngine().compile(program, frame), frame, function.name());
        }

        synchronized void run(
                MemorySegment inputs, int inputCount, MemorySegment outputs, int outputCount) {
            for (PackagePort port : ports.inputs()) {
                MemorySegment array = array(inputs, inputCount, port.name());
                move(array, frame.segment(port.port().name()), port.port(), true);
            }
            program.run(name);
            for (PackagePort port : ports.outputs()) {
                MemorySegment array = array(outputs, outputCount, port.name());
                move(array, frame.segment("out/" + port.port().name()), port.port(), false);
            }
        }
    }

    private static long describe(
            MemorySegment user, MemorySegment path, MemorySegment buffer, long capacity) {
        try {
            Path mlpackage = Path.of(text(path));
            Body body = Body.of(mlpackage);
            String name = "f" + BODIES.size();
            BODIES.put(name, body);
            String json =
                    String.format(
                            Locale.ROOT,
                            "{\"defaultFunction\":\"%s\",\"functions\":{\"%s\":"
                                    + "{\"inputs\":[%s],\"outputs\":[%s]}}}",
                            name,
                            name,
                            features(body.ports.inputs(), ""),
                            features(body.ports.outputs(), ",\"backed\":" + backed));
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

    private static String features(List<PackagePort> ports, String more) {
        var texts = new ArrayList<String>();
        for (PackagePort port : ports) {
            texts.add(
                    "{\"name\":\""
                            + port.name()
                            + "\",\"dtype\":\""
                            + port.port().type().dtype().name().toLowerCase(Locale.ROOT)
                            + "\",\"shape\":"
                            + port.port().type().shape().dims()
                            + more
                            + "}");
        }
        return String.join(",", texts);
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
            if (fail) {
                fail = false;
                return 9;
            }
            BODIES.get(text(function)).run(inputs, inputCount, outputs, outputCount);
            return 0;
        } catch (Throwable e) {
            e.printStackTrace();
            return 3;
        }
    }

    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MemorySegment array(MemorySegment list, int count, String name) {
        MemorySegment all = list.reinterpret(count * ARRAY);
        for (int i = 0; i < count; i++) {
            MemorySegment one = all.asSlice(i * ARRAY, ARRAY);
            if (text(one.get(ValueLayout.ADDRESS, 0)).equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("no array " + name);
    }

    /** Copies between a strided array and packed memory, element by element. */
    private static void move(MemorySegment array, MemorySegment packed, Port port, boolean in) {
        int rank = port.type().shape().rank();
        MemorySegment strides =
                array.get(ValueLayout.ADDRESS, 32).reinterpret((long) rank * Long.BYTES);
        MemorySegment data =
                array.get(ValueLayout.ADDRESS, 8).reinterpret(array.get(ValueLayout.JAVA_LONG, 16));
        int bytes = port.type().dtype() == DType.FLOAT16 ? 2 : 4;
        int size = port.type().shape().size();
        for (int i = 0; i < size; i++) {
            long at = 0;
            int rest = i;
            for (int axis = rank - 1; axis >= 0; axis--) {
                int dim = port.type().shape().dim(axis);
                at += (rest % dim) * strides.getAtIndex(ValueLayout.JAVA_LONG, axis);
                rest /= dim;
            }
            if (in) {
                MemorySegment.copy(data, at * bytes, packed, (long) i * bytes, bytes);
            } else {
                MemorySegment.copy(packed, (long) i * bytes, data, at * bytes, bytes);
            }
        }
    }
}
