package propane.coreml.format;

import propane.spi.Program;
import propane.spi.op.Port;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Core ML's names for the ports of a program. What functions share is named once; around those
 * names each function names its own inputs and then its own outputs, all of them differently.
 */
final class PortNames {
    private final Identifiers taken = new Identifiers();
    private final Map<String, String> shared = new HashMap<>();
    private final Map<String, String> renewed = new HashMap<>();

    PortNames(Program program) {
        for (Port port : program.ports()) {
            if (port.role().isShared()) {
                shared.computeIfAbsent(port.name(), taken::unique);
            }
        }
        for (Program.Function function : program.functions()) {
            for (Program.Output output : function.outputs()) {
                String path = output.port().name();
                if (isRenewed(function, output.port())) {
                    renewed.computeIfAbsent(path, _ -> taken.unique(shared.get(path) + "_new"));
                }
            }
        }
    }

    /** Returns whether what is shared is both read by a function and given by it. */
    private static boolean isRenewed(Program.Function function, Port output) {
        return output.role().isShared() && function.inputs().contains(output);
    }

    /**
     * Returns the ports of a function with their names.
     *
     * @param name what Core ML calls the function
     */
    FunctionPorts of(Program.Function function, String name) {
        Identifiers own = taken.copy();
        Map<String, String> inputs = new HashMap<>();
        List<PackagePort> given = new ArrayList<>();
        for (Port port : function.inputs()) {
            String input =
                    port.role().isShared() ? shared.get(port.name()) : own.unique(port.name());
            inputs.put(port.name(), input);
            given.add(new PackagePort(input, port, "", ""));
        }
        List<PackagePort> outputs = new ArrayList<>();
        for (Program.Output output : function.outputs()) {
            String of =
                    inputs.getOrDefault(output.of(), shared.getOrDefault(output.of(), output.of()));
            outputs.add(
                    new PackagePort(
                            output(function, output, own),
                            output.port(),
                            output.replaces() ? of : "",
                            output.replaces() ? "" : of));
        }
        return new FunctionPorts(name, function.name(), given, outputs);
    }

    private String output(Program.Function function, Program.Output output, Identifiers own) {
        String path = output.port().name();
        if (isRenewed(function, output.port())) {
            return renewed.get(path);
        }
        if (output.port().role().isShared()) {
            return shared.get(path);
        }
        return own.unique(output.replaces() ? path + "_new" : path);
    }
}
