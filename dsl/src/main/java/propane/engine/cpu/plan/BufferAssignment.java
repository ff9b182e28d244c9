package propane.engine.cpu.plan;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Port;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides where every value of a function lives: at its output's port if it may be written there at
 * once, in memory taken over from an operand that is not needed any more, or in a slot of its own.
 */
final class BufferAssignment {
    private final Program.Function function;
    private final List<ScheduledKernel> tasks;
    private final Liveness moments;
    private final Map<Tensor, Allocation> places = new IdentityHashMap<>();
    private final List<BufferSlot> slots = new ArrayList<>();
    private final List<BufferSlot> scratch = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();

    /**
     * A copy to an output that is not written in place.
     *
     * @param from where from
     * @param to where to
     * @param bytes how much
     * @param settles whether it belongs to the results
     */
    record Copy(Allocation from, Allocation to, long bytes, boolean settles) {}

    /**
     * Decides.
     *
     * @param forResults how many of the tasks, which come first, results need
     */
    BufferAssignment(Program.Function function, List<ScheduledKernel> tasks, int forResults) {
        this.function = function;
        this.tasks = tasks;
        this.moments = new Liveness(function, tasks, forResults);
        writeOutputsInPlace();
        for (int task = 0; task < tasks.size(); task++) {
            results(tasks.get(task), moments.of(task));
            scratch.add(slot(tasks.get(task).offer().scratchBytes(), moments.of(task)));
        }
        copyOtherOutputs();
    }

    /** Returns where a tensor's value lives. */
    Allocation of(Tensor tensor) {
        Tensor root = Aliases.root(tensor);
        return switch (root.op()) {
            case Leaf.Input(Port port) -> new Allocation.AtPort(port);
            case Leaf.Const(var value) -> new Allocation.Constant(value);
            default -> places.get(root);
        };
    }

    /** Returns where a task's scratch memory is. */
    BufferSlot scratch(int task) {
        return scratch.get(task);
    }

    /** Returns all work memory. */
    List<BufferSlot> slots() {
        return slots;
    }

    /**
     * Returns the copies to make, in order.
     *
     * @param settles those that belong to the results, else those after the last task
     */
    List<Copy> copies(boolean settles) {
        return copies.stream().filter(copy -> copy.settles() == settles).toList();
    }

    private BufferSlot slot(long bytes, int moment) {
        var slot = new BufferSlot(bytes, moment);
        slots.add(slot);
        return slot;
    }

    private void writeOutputsInPlace() {
        for (Program.Output output : function.outputs()) {
            Tensor root = Aliases.root(output.value());
            if (root.op() instanceof Leaf || places.containsKey(root)) {
                continue;
            }
            if (mayBeWrittenAt(output, root)) {
                places.put(root, new Allocation.AtPort(output.port()));
            } else {
                moments.read(root, moments.written(output));
            }
        }
    }

    /**
     * The old value at the port must have been read before, or be read by the task alike; and no
     * input is replaced before the results are whole.
     */
    private boolean mayBeWrittenAt(Program.Output output, Tensor root) {
        int made = moments.made(root);
        int lastRead = moments.lastRead(output.port());
        if (output.replaces() && made < moments.settled()) {
            return false;
        }
        return lastRead < made
                || lastRead == made
                        && mayOverwrite(
                                tasks.get(moments.task(made)),
                                new Allocation.AtPort(output.port()));
    }

    /** Whether every operand of a task that lives in a place may be overwritten by a result. */
    private boolean mayOverwrite(ScheduledKernel task, Allocation place) {
        for (Tensor operand : task.unit().operands()) {
            if (place.equals(of(operand)) && !task.offer().overwritable().contains(operand)) {
                return false;
            }
        }
        return true;
    }

    private void results(ScheduledKernel task, int moment) {
        for (Tensor result : task.unit().results()) {
            if (!places.containsKey(result)) {
                BufferSlot slot = takenOver(task, moment, result.type().bytes());
                slot.neededAt(moments.lastRead(result));
                places.put(result, new Allocation.Work(slot));
            }
        }
    }

    private BufferSlot takenOver(ScheduledKernel task, int moment, long bytes) {
        for (Tensor operand : task.offer().overwritable()) {
            if (of(operand) instanceof Allocation.Work(BufferSlot slot)
                    && slot.bytes() == bytes
                    && slot.to() == moment
                    && !isTaken(slot, task)
                    && mayOverwrite(task, new Allocation.Work(slot))) {
                return slot;
            }
        }
        return slot(bytes, moment);
    }

    /** Whether another result of the same task has a slot already. */
    private boolean isTaken(BufferSlot slot, ScheduledKernel task) {
        for (Tensor result : task.unit().results()) {
            if (places.get(result) instanceof Allocation.Work(BufferSlot taken) && taken == slot) {
                return true;
            }
        }
        return false;
    }

    private void copyOtherOutputs() {
        Set<Allocation> replaced = new HashSet<>();
        for (Program.Output output : function.outputs()) {
            if (output.replaces()) {
                replaced.add(new Allocation.AtPort(output.port()));
            }
        }
        var last = new ArrayList<Copy>();
        for (Program.Output output : function.outputs()) {
            Allocation to = new Allocation.AtPort(output.port());
            Allocation from = of(output.value());
            long bytes = output.value().type().bytes();
            if (from.equals(to)) {
                continue;
            }
            if (!output.replaces()) {
                copies.add(new Copy(from, to, bytes, true));
                continue;
            }
            boolean isOldValue = Aliases.root(output.value()).op() instanceof Leaf.Input;
            if (isOldValue && replaced.contains(from)) {
                // Two ports may change places: save what is about to be overwritten.
                BufferSlot saved = slot(bytes, moments.end());
                copies.add(new Copy(from, new Allocation.Work(saved), bytes, false));
                from = new Allocation.Work(saved);
            }
            last.add(new Copy(from, to, bytes, false));
        }
        copies.addAll(last);
    }
}
