package propane.engine.cpu;

import propane.engine.DeviceReport;
import propane.tensor.Leaf;
import propane.tensor.OpSchema;
import propane.tensor.Operation;
import propane.tensor.Program;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A function as tasks with places: all that is settled before there is memory. */
final class FunctionPlan {
    private final Program.Function function;
    private final List<Task> tasks;
    private final Storage storage;
    private final long workBytes;

    FunctionPlan(Program.Function function, Providers providers) {
        this.function = function;
        this.tasks = new ArrayList<>();
        for (Operation operation : function.operations()) {
            if (!(operation.op() instanceof Leaf) && !Aliases.isAlias(operation)) {
                tasks.add(providers.task(Unit.of(operation)));
            }
        }
        this.storage = new Storage(function, tasks);
        this.workBytes = MemoryPlan.place(storage.slots());
    }

    /** Returns the function's name. */
    String name() {
        return function.name();
    }

    /** Returns how much work memory a run takes. */
    long workBytes() {
        return workBytes;
    }

    /** Returns who computes what. */
    List<DeviceReport.Placement> placements() {
        var placements = new ArrayList<DeviceReport.Placement>();
        for (Task task : tasks) {
            for (Operation operation : task.unit().operations()) {
                String op = OpSchema.of(operation.op()).name();
                placements.add(
                        new DeviceReport.Placement(name(), op, task.provider(), task.reason()));
            }
        }
        return placements;
    }

    /** Returns the kernels in the order in which they run. */
    List<Kernel> kernels(Memory memory) {
        var kernels = new ArrayList<Kernel>();
        for (int i = 0; i < tasks.size(); i++) {
            Slot scratch = storage.scratch(i);
            kernels.add(
                    tasks.get(i)
                            .offer()
                            .maker()
                            .make(new Bound(tasks.get(i).unit(), storage, memory, scratch)));
        }
        for (Storage.Copy copy : storage.copies()) {
            var from = memory.segment(copy.from(), copy.bytes());
            kernels.add(new CopyKernel(from, memory.segment(copy.to(), copy.bytes())));
        }
        return kernels;
    }

    /** The places of one task in memory. */
    private record Bound(Unit unit, Storage storage, Memory memory, Slot slot)
            implements Offer.Places {
        @Override
        public MemorySegment of(Tensor tensor) {
            return memory.segment(storage.of(tensor), tensor.type().bytes());
        }

        @Override
        public MemorySegment[] operands() {
            return unit.operation().operands().stream().map(this::of).toArray(MemorySegment[]::new);
        }

        @Override
        public MemorySegment[] results() {
            return unit.results().stream().map(this::of).toArray(MemorySegment[]::new);
        }

        @Override
        public MemorySegment scratch() {
            return memory.segment(new Place.Work(slot), slot.bytes());
        }
    }

    /** Copies bytes. */
    private record CopyKernel(MemorySegment from, MemorySegment to) implements Kernel {
        @Override
        public void run() {
            to.copyFrom(from);
        }
    }
}
