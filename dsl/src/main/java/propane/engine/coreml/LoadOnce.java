package propane.engine.coreml;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.read.PackageReader;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimModel;
import propane.spi.Bindings;
import propane.spi.op.Port;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The process of a {@link Probe}: it loads a package and predicts once with zeros, over memory like
 * that of the steps to come.
 */
public final class LoadOnce {
    private LoadOnce() {}

    /**
     * Ends with 0 if both went well, else with 1 after a line that says what did not. A line says
     * when it is loaded, another why surfaces do not do, where plain memory does.
     *
     * @param arguments the package, which processors may be used, a limit in milliseconds, and
     *     whether memory may lie in surfaces
     */
    public static void main(String[] arguments) {
        try {
            load(
                    Path.of(arguments[0]),
                    ShimModel.Units.valueOf(arguments[1]),
                    Duration.ofMillis(Long.parseLong(arguments[2])),
                    Boolean.parseBoolean(arguments[3]));
        } catch (NativeException e) {
            tell(Probe.MARK, e.getMessage().lines().findFirst().orElse(""));
            System.exit(1);
        }
        // Threads of Core ML do not keep the process.
        System.exit(0);
    }

    private static void tell(String mark, String text) {
        System.out.println();
        System.out.println(mark + text);
        System.out.flush();
    }

    private static void load(
            Path mlpackage, ShimModel.Units units, Duration limit, boolean shared) {
        FunctionPorts function = PackageReader.ports(mlpackage).functions().getFirst();
        try (ShimModel model = ShimModel.load(mlpackage, "", units, limit);
                Bindings alone = Bindings.allocate(List.of())) {
            tell(Probe.LOADED, "");
            String refusal = predict(model, function, alone, shared);
            if (!refusal.isEmpty()) {
                tell(Probe.REFUSED, refusal);
                predict(model, function, alone, false);
            }
        }
    }

    /** Predicts once, and returns why it did not over surfaces, or nothing. */
    private static String predict(
            ShimModel model, FunctionPorts function, Bindings alone, boolean shared) {
        List<Port> ports =
                Stream.concat(function.inputs().stream(), function.outputs().stream())
                        .map(PackagePort::port)
                        .distinct()
                        .toList();
        try (StepMemory memory = StepMemory.of(alone, ports, ports, shared)) {
            try {
                model.prediction(
                                arrays(function.inputs(), memory),
                                arrays(function.outputs(), memory))
                        .run();
                return "";
            } catch (NativeException e) {
                if (!memory.isShared()) {
                    throw e;
                }
                return Sharing.refusedBy(e).reason();
            }
        }
    }

    private static List<ShimArray> arrays(List<PackagePort> ports, StepMemory memory) {
        return ports.stream().map(each -> memory.array(each.name(), each.port())).toList();
    }
}
