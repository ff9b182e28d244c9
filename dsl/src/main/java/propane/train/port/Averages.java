package propane.train.port;

import propane.nn.Initializer;
import propane.nn.Model;
import propane.nn.Weight;
import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The running means of weights: slots of their own, and functions that read them where others read
 * the weights.
 */
public final class Averages {
    private Averages() {}

    /** Returns the port of a weight's mean. */
    public static Port port(Weight weight) {
        return mean(weight.port());
    }

    private static Port mean(Port weight) {
        return new Port(Port.AVERAGE + weight.name(), Role.SLOT, weight.type());
    }

    /** Returns what a weight's mean starts from: what the weight does. */
    public static Initializer start(Model model, Weight weight) {
        return (_, seed, _) -> model.start(weight, seed).floats();
    }

    /**
     * Returns a function that reads means in place of weights, of which there are some.
     *
     * @param slots all slots
     */
    public static Program.Function read(Program.Function function, Set<Port> slots) {
        Map<Tensor, Tensor> means = new IdentityHashMap<>();
        for (Operation operation : function.operations()) {
            if (operation.op() instanceof Leaf.Input(Port port) && port.role() == Role.WEIGHT) {
                Port mean = mean(port);
                if (slots.contains(mean)) {
                    means.put(operation.result(0), mean.tensor());
                }
            }
        }
        var values = Graph.substitute(function.values(), means);
        var outputs = new ArrayList<Program.Output>();
        for (Program.Output output : function.outputs()) {
            Tensor value = values.get(outputs.size());
            outputs.add(new Program.Output(output.port(), value, output.of()));
        }
        return Program.Function.of(function.name(), outputs);
    }
}
