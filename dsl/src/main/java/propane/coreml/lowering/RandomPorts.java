package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Role;
import propane.spi.pass.Pass;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns random numbers into ports that the host fills before each step: Core ML has only random
 * numbers of a seed that is fixed when the program is compiled. A port is named {@code
 * random/uniform/…} or {@code random/normal/…} with the path of its stream. Seed and step are no
 * longer inputs where nothing else needs them.
 */
public record RandomPorts() implements Pass {
    /** What the names of ports of uniform numbers begin with. */
    public static final String UNIFORM = Port.RANDOM + "uniform/";

    /** What the names of ports of normal numbers begin with. */
    public static final String NORMAL = Port.RANDOM + "normal/";

    @Override
    public String name() {
        return "random numbers from the host";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        Map<String, Port> drawn = new LinkedHashMap<>();
        for (Operation operation : function.operations()) {
            if (operation.op() instanceof RandomNumbers numbers) {
                Port port = port(numbers);
                drawn.putIfAbsent(port.name(), port);
            }
        }
        if (drawn.isEmpty()) {
            return function;
        }
        var inputs = new ArrayList<>(function.inputs());
        inputs.addAll(drawn.values());
        var open = new Program.Function(function.name(), inputs, function.outputs());
        Program.Function changed = open.rewrite(RandomPorts::drawn);
        var needed = Program.Function.of(function.name(), changed.outputs()).inputs();
        inputs.removeIf(port -> port.role() == Role.HYPER && !isKept(port, needed, changed));
        return new Program.Function(function.name(), inputs, changed.outputs());
    }

    private static boolean isKept(Port port, List<Port> needed, Program.Function function) {
        return needed.contains(port) || function.replacements().containsKey(port.name());
    }

    private static List<Tensor> drawn(Operation operation) {
        return operation.op() instanceof RandomNumbers numbers
                ? List.of(port(numbers).tensor())
                : operation.results();
    }

    private static Port port(RandomNumbers numbers) {
        String prefix =
                switch (numbers) {
                    case RandomNumbers.CounterUniform _ -> UNIFORM;
                    case RandomNumbers.CounterNormal _ -> NORMAL;
                };
        return new Port(prefix + numbers.path(), Role.RANDOM, numbers.infer());
    }
}
