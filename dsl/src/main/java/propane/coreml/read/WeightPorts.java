package propane.coreml.read;

import propane.coreml.format.Identifiers;
import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.BatchNormalization;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes ports of the constants of a program that a training could move, called as the file calls
 * them: those of fractions, with axes, all of whose elements are finite. What normalizes a batch is
 * a statistic. Functions share a port where name and value are the same.
 */
final class WeightPorts {
    private final Map<String, String> paths;
    private final Identifiers taken = new Identifiers();
    private final Map<String, NDArray> values = new LinkedHashMap<>();
    private final Map<String, List<Port>> called = new HashMap<>();

    /**
     * Prepares to make ports.
     *
     * @param paths what the file says the paths of constants are, by their names
     */
    WeightPorts(Map<String, String> paths) {
        this.paths = paths;
    }

    /** Returns the program with ports in place of such constants. */
    Program of(Program program) {
        program.ports().forEach(port -> taken.take(port.name()));
        for (Program.Function function : program.functions()) {
            function.outputs().forEach(output -> taken.take(output.port().name()));
        }
        return program.map(this::of);
    }

    /** Returns what the ports that were made start with. */
    Map<String, NDArray> values() {
        return Collections.unmodifiableMap(values);
    }

    private Program.Function of(Program.Function function) {
        Map<Tensor, String> uses = new IdentityHashMap<>();
        Map<Tensor, Role> roles = new IdentityHashMap<>();
        for (Operation operation : function.operations()) {
            for (OpSchema.Operand part : OpSchema.of(operation.op()).parts()) {
                if (part.value(operation.op()) instanceof Tensor tensor) {
                    uses.putIfAbsent(tensor, operation.source().name() + "_" + part.name());
                }
            }
            if (operation.op() instanceof BatchNormalization.BatchNorm norm) {
                roles.put(norm.mean(), Role.STATISTIC);
                roles.put(norm.variance(), Role.STATISTIC);
            }
        }
        Map<Tensor, Tensor> places = new IdentityHashMap<>();
        var inputs = new ArrayList<>(function.inputs());
        for (Operation operation : function.operations()) {
            if (operation.op() instanceof Leaf.Const(NDArray value) && isTrainable(value)) {
                Tensor constant = operation.result(0);
                String name = operation.source().name();
                Port port =
                        port(
                                name.isEmpty() ? uses.getOrDefault(constant, "constant") : name,
                                roles.getOrDefault(constant, Role.WEIGHT),
                                value);
                places.put(constant, port.tensor());
                if (!inputs.contains(port)) {
                    inputs.add(port);
                }
            }
        }
        List<Tensor> results = Graph.substitute(function.values(), places);
        return new Program.Function(function.name(), inputs, function.outputs())
                .withValues(results);
    }

    private static boolean isTrainable(NDArray value) {
        return value.dtype().isFloat()
                && value.shape().rank() > 0
                && value.size() > 0
                && Arrays.stream(value.doubles()).allMatch(Double::isFinite);
    }

    private Port port(String name, Role role, NDArray value) {
        List<Port> same = called.computeIfAbsent(name, _ -> new ArrayList<>());
        for (Port port : same) {
            if (port.role() == role && value.equals(values.get(port.name()))) {
                return port;
            }
        }
        String path = paths.getOrDefault(name, "");
        boolean isFree = !path.isEmpty() && taken.take(path);
        var port = new Port(isFree ? path : taken.unique(name), role, value.type());
        same.add(port);
        values.put(port.name(), value);
        return port;
    }
}
