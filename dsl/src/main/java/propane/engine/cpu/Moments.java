package propane.engine.cpu;

import propane.tensor.Leaf;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * When the values of a function are made and read. Moment i is the run of task i; behind the last
 * task comes the moment {@link #end}, in which outputs are copied that were not written in place.
 */
final class Moments {
    private final Map<Tensor, Integer> made = new IdentityHashMap<>();
    private final Map<Tensor, Integer> lastRead = new IdentityHashMap<>();
    private final Map<String, Integer> portLastRead = new HashMap<>();
    private final int end;

    Moments(Program.Function function, List<Task> tasks) {
        this.end = tasks.size();
        for (int moment = 0; moment < end; moment++) {
            for (Tensor operand : tasks.get(moment).unit().operands()) {
                read(operand, moment);
            }
            for (Tensor result : tasks.get(moment).unit().results()) {
                made.put(result, moment);
            }
        }
        for (Program.Output output : function.outputs()) {
            if (Aliases.root(output.value()).op() instanceof Leaf) {
                read(output.value(), end);
            }
        }
    }

    /** Returns the moment behind the last task. */
    int end() {
        return end;
    }

    /** Returns when a value is made that a task makes. */
    int made(Tensor root) {
        return made.get(root);
    }

    /** Returns when a value is read last; when it is made, if never. */
    int lastRead(Tensor root) {
        return lastRead.getOrDefault(root, made.get(root));
    }

    /** Returns when the value that was at a port before the run is read last; −1 if never. */
    int lastRead(String port) {
        return portLastRead.getOrDefault(port, -1);
    }

    /** Notes that a value is read. */
    void read(Tensor tensor, int moment) {
        Tensor root = Aliases.root(tensor);
        if (root.op() instanceof Leaf.Input(Port port)) {
            portLastRead.merge(port.name(), moment, Math::max);
        } else {
            lastRead.merge(root, moment, Math::max);
        }
    }
}
