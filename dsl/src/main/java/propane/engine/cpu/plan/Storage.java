package propane.engine.cpu.plan;

import propane.tensor.Leaf;
import propane.tensor.Port;
import propane.tensor.Program;
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
final class Storage {
    private final Program.Function function;
    private final List<Task> tasks;
    private final Moments moments;
    private final Map<Tensor, Place> places = new IdentityHashMap<>();
    private final List<Slot> slots = new ArrayList<>();
    private final List<Slot> scratch = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();

    /**
     * A copy to an output that is not written in place.
     *
     * @param from where from
     * @param to where to
     * @param bytes how much
     * @param settles whether it belongs to the results
     */
    record Copy(Place from, Place to, long bytes, boolean settles) {}

    /**
     * Decides.
     *
     * @param forResults how many of the tasks, which come first, results need
     */
    Storage(Program.Function function, List<Task> tasks, int forResults) {
        this.function = function;
        this.tasks = tasks;
        this.moments = new Moments(function, tasks, forResults);
        writeOutputsInPlace();
        for (int task = 0; task < tasks.size(); task++) {
            results(tasks.get(task), moments.of(task));
            scratch.add(slot(tasks.get(task).offer().scratchBytes(), moments.of(task)));
        }
        copyOtherOutputs();
    }

    /** Returns where a tensor's value lives. */
    Place of(Tensor tensor) {
        Tensor root = Aliases.root(tensor);
        return switch (root.op()) {
            case Leaf.Input(Port port) -> new Place.AtPort(port);
            case Leaf.Const(var value) -> new Place.Constant(value);
            default -> places.get(root);
        };
    }

    /** Returns where a task's scratch memory is. */
    Slot scratch(int task) {
        return scratch.get(task);
    }

    /** Returns all work memory. */
    List<Slot> slots() {
        return slots;
    }

    /**
     * Returns the copies to make, in order.
     *
     * @param settles those that belong to the results, else those behind the last task
     */
    List<Copy> copies(boolean settles) {
        return copies.stream().filter(copy -> copy.settles() == settles).toList();
    }

    private Slot slot(long bytes, int moment) {
        var slot = new Slot(bytes, moment);
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
                places.put(root, new Place.AtPort(output.port()));
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
                                tasks.get(moments.task(made)), new Place.AtPort(output.port()));
    }

    /** Whether every operand of a task that lives in a place may be overwritten by a result. */
    private boolean mayOverwrite(Task task, Place place) {
        for (Tensor operand : task.unit().operands()) {
            if (place.equals(of(operand)) && !task.offer().overwritable().contains(operand)) {
                return false;
            }
        }
        return true;
    }

    private void results(Task task, int moment) {
        for (Tensor result : task.unit().results()) {
            if (!places.containsKey(result)) {
                Slot slot = takenOver(task, moment, result.type().bytes());
                slot.neededAt(moments.lastRead(result));
                places.put(result, new Place.Work(slot));
            }
        }
    }

    private Slot takenOver(Task task, int moment, long bytes) {
        for (Tensor operand : task.offer().overwritable()) {
            if (of(operand) instanceof Place.Work(Slot slot)
                    && slot.bytes() == bytes
                    && slot.to() == moment
                    && !isTaken(slot, task)
                    && mayOverwrite(task, new Place.Work(slot))) {
                return slot;
            }
        }
        return slot(bytes, moment);
    }

    /** Whether another result of the same task has a slot already. */
    private boolean isTaken(Slot slot, Task task) {
        for (Tensor result : task.unit().results()) {
            if (places.get(result) instanceof Place.Work(Slot taken) && taken == slot) {
                return true;
            }
        }
        return false;
    }

    private void copyOtherOutputs() {
        Set<Place> replaced = new HashSet<>();
        for (Program.Output output : function.outputs()) {
            if (output.replaces()) {
                replaced.add(new Place.AtPort(output.port()));
            }
        }
        var last = new ArrayList<Copy>();
        for (Program.Output output : function.outputs()) {
            Place to = new Place.AtPort(output.port());
            Place from = of(output.value());
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
                Slot saved = slot(bytes, moments.end());
                copies.add(new Copy(from, new Place.Work(saved), bytes, false));
                from = new Place.Work(saved);
            }
            last.add(new Copy(from, to, bytes, false));
        }
        copies.addAll(last);
    }
}
