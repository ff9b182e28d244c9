package propane.engine.cpu.plan;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Port;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * When the values of a function are made and read. Each task has its moment. Between those that
 * results need and the others lies the moment {@link #settled}: results are whole, no input is
 * replaced yet. After the last task comes the moment {@link #end}, in which outputs are copied that
 * were not written in place.
 */
final class Liveness {
    private final Map<Tensor, Integer> made = new IdentityHashMap<>();
    private final Map<Tensor, Integer> lastRead = new IdentityHashMap<>();
    private final Map<Port, Integer> portLastRead = new HashMap<>();
    private final int settled;
    private final int end;

    /**
     * Notes what tasks and outputs read.
     *
     * @param forResults how many of the tasks, which come first, results need
     */
    Liveness(Program.Function function, List<ScheduledKernel> tasks, int forResults) {
        this.settled = forResults;
        this.end = tasks.size() + 1;
        for (int task = 0; task < tasks.size(); task++) {
            for (Tensor operand : tasks.get(task).unit().operands()) {
                read(operand, of(task));
            }
            for (Tensor result : tasks.get(task).unit().results()) {
                made.put(result, of(task));
            }
        }
        for (Program.Output output : function.outputs()) {
            if (Aliases.root(output.value()).op() instanceof Leaf) {
                read(output.value(), written(output));
            }
        }
    }

    /** Returns the moment of a task. */
    int of(int task) {
        return task < settled ? task : task + 1;
    }

    /** Returns the task of a moment that is one. */
    int task(int moment) {
        return moment < settled ? moment : moment - 1;
    }

    /** Returns the moment in which results are whole. */
    int settled() {
        return settled;
    }

    /** Returns the moment after the last task. */
    int end() {
        return end;
    }

    /** Returns the moment in which an output is copied to its port if it is not there yet. */
    int written(Program.Output output) {
        return output.replaces() ? end : settled;
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
    int lastRead(Port port) {
        return portLastRead.getOrDefault(port, -1);
    }

    /** Notes that a value is read. */
    void read(Tensor tensor, int moment) {
        Tensor root = Aliases.root(tensor);
        if (root.op() instanceof Leaf.Input(Port port)) {
            portLastRead.merge(port, moment, Math::max);
        } else {
            lastRead.merge(root, moment, Math::max);
        }
    }
}
