package propane.spi.pass;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Port;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Drops inputs that no output needs or replaces. Operations that no output needs are never part of
 * a function, so there are none to drop.
 */
public record DeadCode() implements Pass {
    @Override
    public String name() {
        return "dead code";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return keeping(function, _ -> true);
    }

    /** Returns a function of some of the outputs, and of the inputs that these need. */
    public static Program.Function keeping(
            Program.Function function, Predicate<Program.Output> wanted) {
        var outputs = function.outputs().stream().filter(wanted).toList();
        Set<String> needed = new HashSet<>();
        for (Port port : Graph.inputs(outputs.stream().map(Program.Output::value).toList())) {
            needed.add(port.name());
        }
        for (Program.Output output : outputs) {
            if (output.replaces()) {
                needed.add(output.of());
            }
        }
        var inputs =
                function.inputs().stream().filter(port -> needed.contains(port.name())).toList();
        return new Program.Function(function.name(), inputs, outputs);
    }
}
