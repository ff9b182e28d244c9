package propane.engine.coreml;

import propane.coreml.CoreMl;
import propane.coreml.FunctionPorts;
import propane.coreml.PackagePort;
import propane.engine.Frame;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimModel;
import propane.tensor.Port;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The process of a {@link Probe}: it loads a package and predicts once with zeros. */
public final class LoadOnce {
    private LoadOnce() {}

    /**
     * Ends with 0 if both went well, else with 1 after a line that says what did not.
     *
     * @param arguments the package, which processors may be used, and a limit in milliseconds
     */
    public static void main(String[] arguments) {
        try {
            load(
                    Path.of(arguments[0]),
                    ShimModel.Units.valueOf(arguments[1]),
                    Duration.ofMillis(Long.parseLong(arguments[2])));
        } catch (NativeException e) {
            System.out.println();
            System.out.println(Probe.MARK + e.getMessage().lines().findFirst().orElse(""));
            System.out.flush();
            System.exit(1);
        }
        // Threads of Core ML do not keep the process.
        System.exit(0);
    }

    private static void load(Path mlpackage, ShimModel.Units units, Duration limit) {
        FunctionPorts function = CoreMl.ports(mlpackage).functions().getFirst();
        try (ShimModel model = ShimModel.load(mlpackage, "", units, limit);
                Frame in = frame(function.inputs());
                Frame out = frame(function.outputs())) {
            model.prediction(arrays(function.inputs(), in), arrays(function.outputs(), out)).run();
        }
    }

    private static Frame frame(List<PackagePort> ports) {
        return Frame.allocate(ports.stream().map(PackagePort::port).toList());
    }

    private static List<ShimArray> arrays(List<PackagePort> ports, Frame frame) {
        var arrays = new ArrayList<ShimArray>();
        for (PackagePort each : ports) {
            Port port = each.port();
            arrays.add(CoreMlFunction.array(each.name(), port, frame.segment(port)));
        }
        return arrays;
    }
}
