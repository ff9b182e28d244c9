package propane.coreml.lowering;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Port;
import propane.spi.op.Role;

import java.util.ArrayList;
import java.util.List;

/**
 * A function in the form of the Neural Engine, and how its ports lie to those of the function it
 * was made from.
 *
 * @param function the function
 * @param inputs how its inputs lie
 * @param outputs how its outputs lie, in order
 */
public record LoweredFunction(
        Program.Function function, List<PortLayout> inputs, List<PortLayout> outputs) {
    /** Copies the lists. */
    public LoweredFunction {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * Finds the layouts.
     *
     * @param original the function as it was traced
     * @param formed the function before its ports were padded
     * @param lowered the function in its last form
     */
    static LoweredFunction of(
            Program.Function original, Program.Function formed, Program.Function lowered) {
        var inputs = new ArrayList<PortLayout>();
        for (Port port : lowered.inputs()) {
            // What the host draws is a port of the lowered function alone.
            boolean drawn = port.role() == Role.RANDOM;
            inputs.add(
                    new PortLayout(named(drawn ? formed.inputs() : original.inputs(), port), port));
        }
        var outputs = new ArrayList<PortLayout>();
        for (int i = 0; i < lowered.outputs().size(); i++) {
            outputs.add(
                    new PortLayout(
                            original.outputs().get(i).port(), lowered.outputs().get(i).port()));
        }
        return new LoweredFunction(lowered, inputs, outputs);
    }

    /**
     * Returns the same with another beginning of the lowered ports' names, so that they can stand
     * beside the others.
     */
    public LoweredFunction under(String prefix) {
        Graph.Rewrite renamed =
                operation ->
                        operation.op() instanceof Leaf.Input(Port port)
                                ? List.of(renamed(port, prefix).tensor())
                                : operation.results();
        Program.Function half = function.rewrite(port -> renamed(port, prefix), renamed);
        var values = new ArrayList<Program.Output>();
        for (Program.Output output : half.outputs()) {
            String of = output.of().isEmpty() ? "" : prefix + output.of();
            values.add(new Program.Output(output.port(), output.value(), of));
        }
        return new LoweredFunction(
                new Program.Function(half.name(), half.inputs(), values),
                renamed(inputs, prefix),
                renamed(outputs, prefix));
    }

    private static List<PortLayout> renamed(List<PortLayout> layouts, String prefix) {
        return layouts.stream()
                .map(layout -> new PortLayout(layout.port(), renamed(layout.lowered(), prefix)))
                .toList();
    }

    private static Port renamed(Port port, String prefix) {
        return new Port(prefix + port.name(), port.role(), port.type());
    }

    private static Port named(List<Port> ports, Port like) {
        return ports.stream()
                .filter(port -> port.name().equals(like.name()))
                .findFirst()
                .orElseThrow();
    }
}
