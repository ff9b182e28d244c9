package propane.engine.cpu.plan;

import propane.spi.DeviceReport;
import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A function as tasks with places: all that is settled before there is memory. */
public final class FunctionPlan {
    private final Program.Function function;
    private final List<ScheduledKernel> tasks;
    private final int forResults;
    private final BufferAssignment storage;
    private final Set<Tensor> watched;
    private final long workBytes;

    /** Plans a function whose kernels come from some providers. */
    public FunctionPlan(Program.Function function, Providers providers) {
        this.function = function;
        var results = function.outputs().stream().filter(output -> !output.replaces()).toList();
        var others = function.outputs().stream().filter(Program.Output::replaces).toList();
        var values = new ArrayList<>(results.stream().map(Program.Output::value).toList());
        List<Operation> forResults = operations(values);
        others.forEach(output -> values.add(output.value()));
        List<Operation> inOrder = new ArrayList<>(forResults);
        Set<Operation> first = new HashSet<>(forResults);
        operations(values).stream().filter(o -> !first.contains(o)).forEach(inOrder::add);
        List<Operation> all =
                MemoryAwareSchedule.order(inOrder, forResults.size(), function.values());
        List<Fused> units = Fusion.units(function, all, forResults.size(), providers::fusionCost);
        this.forResults =
                (int) units.stream().filter(unit -> first.contains(unit.operation())).count();
        this.tasks = units.stream().map(providers::task).toList();
        this.storage = new BufferAssignment(function, tasks, this.forResults);
        this.watched = watched(function);
        this.workBytes = MemoryPlan.place(storage.slots());
    }

    /** Returns what becomes state and must be finite, by its own name. */
    private static Set<Tensor> watched(Program.Function function) {
        Set<Tensor> found = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Program.Output output : function.outputs()) {
            if (output.replaces()
                    && output.value().dtype() == DType.FLOAT32
                    && !output.port().isGathered()) {
                found.add(Aliases.root(output.value()));
            }
        }
        return found;
    }

    /** The operations that some tensors depend on and that need kernels. */
    private static List<Operation> operations(List<Tensor> values) {
        return Graph.operations(values).stream()
                .filter(operation -> !(operation.op() instanceof Leaf))
                .filter(operation -> !Aliases.isAlias(operation))
                .toList();
    }

    /** Returns the function's name. */
    public String name() {
        return function.name();
    }

    /** Returns what is computed, in the order in which it runs. */
    List<ScheduledKernel> tasks() {
        return tasks;
    }

    /** Returns how much work memory a run takes. */
    public long workBytes() {
        return workBytes;
    }

    /** Returns how many bytes its constants take, each counted once. */
    public long constantBytes() {
        Map<NDArray, Long> sizes = new IdentityHashMap<>();
        for (ScheduledKernel task : tasks) {
            for (Tensor operand : task.unit().operands()) {
                if (storage.of(operand) instanceof Allocation.Constant(var value)) {
                    sizes.put(value, value.type().bytes());
                }
            }
        }
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns who computes what. */
    public List<DeviceReport.Placement> placements() {
        var placements = new ArrayList<DeviceReport.Placement>();
        for (ScheduledKernel task : tasks) {
            for (Operation operation : task.unit().operations()) {
                String op = OpSchema.of(operation.op()).name();
                placements.add(
                        new DeviceReport.Placement(name(), op, task.provider(), task.reason()));
            }
        }
        return placements;
    }

    /** Returns the kernels that run first, after which the results are whole. */
    public List<Kernel> forResults(Memory memory) {
        return kernels(0, forResults, true, memory, MemorySegment.NULL);
    }

    /**
     * Returns the kernels that run then and replace inputs.
     *
     * @param fault the float that is set to 1 where state is not finite
     */
    public List<Kernel> forState(Memory memory, MemorySegment fault) {
        return kernels(forResults, tasks.size(), false, memory, fault);
    }

    /** Returns the memory of what becomes state and is known before any input is replaced. */
    public List<MemorySegment> settled(Memory memory) {
        var settled = new ArrayList<MemorySegment>();
        for (ScheduledKernel task : tasks.subList(0, forResults)) {
            for (Tensor result : task.unit().results()) {
                if (watched.contains(result)) {
                    settled.add(memory.segment(storage.of(result), result.type().bytes()));
                }
            }
        }
        return settled;
    }

    /** Returns the memory of the results that are single numbers of floating point. */
    public List<MemorySegment> numbers(Memory memory) {
        return function.outputs().stream()
                .map(Program.Output::port)
                .filter(port -> port.role() == Role.RESULT && port.type().shape().size() == 1)
                .filter(port -> port.type().dtype() == DType.FLOAT32)
                .map(port -> memory.segment(new Allocation.AtPort(port), port.type().bytes()))
                .toList();
    }

    private List<Kernel> kernels(
            int from, int to, boolean settles, Memory memory, MemorySegment fault) {
        var kernels = new ArrayList<Kernel>();
        for (int i = from; i < to; i++) {
            Fused unit = tasks.get(i).unit();
            Set<Tensor> state = settles ? Set.of() : watched;
            var places = new Bound(unit, storage, memory, storage.scratch(i), state, fault);
            Kernel kernel = tasks.get(i).offer().maker().make(places);
            kernels.add(kernel);
            if (!kernel.tellsFaults()) {
                unit.results().stream()
                        .filter(state::contains)
                        .forEach(result -> kernels.add(new FiniteScan(places.of(result), fault)));
            }
        }
        for (BufferAssignment.Copy copy : storage.copies(settles)) {
            var source = memory.segment(copy.from(), copy.bytes());
            kernels.add(new CopyKernel(source, memory.segment(copy.to(), copy.bytes())));
        }
        return kernels;
    }

    /** The places of one task in memory. */
    private record Bound(
            Fused unit,
            BufferAssignment storage,
            Memory memory,
            BufferSlot slot,
            Set<Tensor> watched,
            MemorySegment fault)
            implements KernelMatch.Places {
        @Override
        public boolean watches(Tensor tensor) {
            return watched.contains(tensor);
        }

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
            return memory.segment(new Allocation.Work(slot), slot.bytes());
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
