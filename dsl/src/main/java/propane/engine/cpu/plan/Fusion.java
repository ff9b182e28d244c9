package propane.engine.cpu.plan;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Groups elementwise operations of one shape into units that one loop computes. Seen from the last
 * operation to the first, each joins the group of its earliest consumer, where no other consumer
 * must run in between; so what only that group needs is never written to memory, and nothing is
 * computed earlier, and kept longer, than without.
 */
final class Fusion {
    /**
     * A loop over more has more values at once than the processor has registers. Less than what two
     * functions such as e^x weigh.
     */
    private static final int MOST_WEIGHT = 60;

    private final List<Operation> order;
    private final Map<Operation, Integer> places = new IdentityHashMap<>();
    private final Map<Operation, FusionCost> costs = new IdentityHashMap<>();
    private final Map<Operation, Set<Operation>> consumers = new IdentityHashMap<>();
    private final Map<Operation, FusionGroup> groups = new IdentityHashMap<>();
    private final Set<Tensor> outputs = Collections.newSetFromMap(new IdentityHashMap<>());

    private Fusion(
            Program.Function function,
            List<Operation> order,
            Function<Operation, FusionCost> cost) {
        this.order = order;
        for (int i = 0; i < order.size(); i++) {
            places.put(order.get(i), i);
            costs.put(order.get(i), cost.apply(order.get(i)));
        }
        for (Operation operation : order) {
            for (Operation producer : producers(operation)) {
                consumers.computeIfAbsent(producer, _ -> new LinkedHashSet<>()).add(operation);
            }
        }
        function.values().forEach(value -> outputs.add(Aliases.root(value)));
    }

    /**
     * Returns the units of a function, each after those it needs.
     *
     * @param order the operations that need kernels, each after those it needs
     * @param split so many of the first ones are not joined with the others
     * @param cost what it costs to compute an operation with others
     */
    static List<Fused> units(
            Program.Function function,
            List<Operation> order,
            int split,
            Function<Operation, FusionCost> cost) {
        var fusion = new Fusion(function, order, cost);
        for (int i = order.size() - 1; i >= 0; i--) {
            fusion.place(order.get(i), i, split);
        }
        return fusion.units();
    }

    /** The operations that make an operation's operands. */
    private List<Operation> producers(Operation operation) {
        var found = new ArrayList<Operation>();
        for (Tensor operand : operation.operands()) {
            Operation producer = Aliases.root(operand).operation();
            if (places.containsKey(producer)) {
                found.add(producer);
            }
        }
        return found;
    }

    private Set<Operation> consumers(Operation operation) {
        return consumers.getOrDefault(operation, Set.of());
    }

    private void place(Operation operation, int index, int split) {
        FusionCost cost = costs.get(operation);
        if (cost.fuses()) {
            Set<FusionGroup> using = Collections.newSetFromMap(new IdentityHashMap<>());
            consumers(operation).forEach(consumer -> using.add(groups.get(consumer)));
            var earliest = using.stream().min(Comparator.comparingInt(FusionGroup::first));
            if (earliest.isPresent()
                    && (index < split) == (earliest.get().first() < split)
                    && joins(operation, earliest.get())
                    && !needsOther(earliest.get(), using)) {
                earliest.get().add(operation, index, cost.weight());
                groups.put(operation, earliest.get());
                return;
            }
        }
        groups.put(operation, new FusionGroup(operation, index, cost.weight()));
    }

    private boolean joins(Operation operation, FusionGroup group) {
        Operation member = group.operations().getFirst();
        FusionCost cost = costs.get(operation);
        return costs.get(member).fuses()
                && costs.get(member).vector() == cost.vector()
                && member.result(0).shape().equals(operation.result(0).shape())
                && group.weight() + cost.weight() <= MOST_WEIGHT;
    }

    /** Whether a group needs, over others, one of some other groups. */
    private boolean needsOther(FusionGroup group, Set<FusionGroup> using) {
        int earliest = Integer.MAX_VALUE;
        for (FusionGroup other : using) {
            if (other != group) {
                earliest = Math.min(earliest, other.first());
            }
        }
        Set<FusionGroup> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayDeque<FusionGroup>();
        seen.add(group);
        open.push(group);
        while (!open.isEmpty()) {
            for (Operation operation : open.pop().operations()) {
                for (Operation producer : producers(operation)) {
                    FusionGroup before = groups.get(producer);
                    if (before == null || before.last() < earliest || !seen.add(before)) {
                        continue;
                    }
                    if (using.contains(before)) {
                        return true;
                    }
                    open.push(before);
                }
            }
        }
        return false;
    }

    /** In the order in which the groups end, each after those it needs. */
    private List<Fused> units() {
        // What begins early may need what is made later, and must not bring it forward.
        var ends = new ArrayList<FusionGroup>();
        for (int i = 0; i < order.size(); i++) {
            FusionGroup group = groups.get(order.get(i));
            if (group.last() == i) {
                ends.add(group);
            }
        }
        return Graph.postorder(ends, this::needs).stream().map(this::unit).toList();
    }

    private List<FusionGroup> needs(FusionGroup group) {
        return group.operations().stream()
                .flatMap(operation -> producers(operation).stream())
                .map(groups::get)
                .filter(before -> before != group)
                .toList();
    }

    private Fused unit(FusionGroup group) {
        if (group.operations().size() == 1) {
            return Fused.of(group.operations().getFirst());
        }
        Set<Operation> inside = Collections.newSetFromMap(new IdentityHashMap<>());
        inside.addAll(group.operations());
        var operands = new LinkedHashSet<Tensor>();
        var results = new ArrayList<Tensor>();
        for (Operation operation : group.operations()) {
            for (Tensor operand : operation.operands()) {
                if (!inside.contains(Aliases.root(operand).operation())) {
                    operands.add(operand);
                }
            }
            Tensor result = operation.result(0);
            if (outputs.contains(result) || !inside.containsAll(consumers(operation))) {
                results.add(result);
            }
        }
        return new Fused(group.operations(), List.copyOf(operands), results);
    }
}
