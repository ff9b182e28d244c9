package propane.engine.cpu.plan;

import propane.spi.op.Operation;
import propane.spi.op.Rematerialization;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings forward operations that make little of a large value which nobody else needs any more: the
 * gradients of a layer's weights, say, as soon as the backward pass has left the layer, so that
 * neither the layer's input nor what came back to it has to be kept until the weights are updated;
 * and those that make next to nothing of one, which is then still in the cache.
 */
final class MemoryAwareSchedule {
    /** Smaller values are not worth it. */
    private static final long LEAST_BYTES = 1_024;

    /** So many operations may lie between a value and something smaller. */
    private static final int LONGEST = 4;

    private final Map<Operation, Integer> places = new IdentityHashMap<>();
    private final Map<Operation, Set<Operation>> consumers = new IdentityHashMap<>();
    private final Map<Operation, Set<Operation>> producers = new IdentityHashMap<>();
    private final Set<Tensor> outputs = identities();
    private final Set<Operation> done = identities();
    private final List<Operation> order;
    private final List<Operation> found = new ArrayList<>();
    private final int split;

    private MemoryAwareSchedule(List<Operation> order, int split, List<Tensor> values) {
        this.order = order;
        this.split = split;
        for (int i = 0; i < order.size(); i++) {
            places.put(order.get(i), i);
            consumers.put(order.get(i), new LinkedHashSet<>());
        }
        values.forEach(value -> outputs.add(Aliases.root(value)));
        for (Operation operation : order) {
            Set<Operation> before = identities();
            operation.operands().forEach(operand -> addProducers(operand, before));
            before.forEach(producer -> consumers.get(producer).add(operation));
            producers.put(operation, before);
        }
    }

    private static <T> Set<T> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Adds the operations that must have run before a tensor may be read. */
    private void addProducers(Tensor operand, Set<Operation> before) {
        Tensor tensor = operand;
        while (Aliases.isAlias(tensor.operation())) {
            if (tensor.op() instanceof Rematerialization.OptimizationBarrier(_, var after)) {
                addProducers(after, before);
            }
            tensor = tensor.operation().operands().getFirst();
        }
        if (places.containsKey(tensor.operation())) {
            before.add(tensor.operation());
        }
    }

    /**
     * Returns operations in another order, each still after those it needs.
     *
     * @param order the operations that need kernels
     * @param split so many of the first ones stay the first ones
     * @param values the function's outputs
     */
    static List<Operation> order(List<Operation> order, int split, List<Tensor> values) {
        var releases = new MemoryAwareSchedule(order, split, values);
        order.forEach(releases::run);
        return releases.found;
    }

    private void run(Operation operation) {
        if (!done.add(operation)) {
            return;
        }
        found.add(operation);
        look(operation);
        for (Operation producer : producers.get(operation)) {
            release(producer, operation);
        }
        release(operation, operation);
    }

    /** Runs what makes next to nothing of a result, such as a norm, while that is in the cache. */
    private void look(Operation large) {
        if (bytes(large) >= LEAST_BYTES) {
            for (Operation reader : consumers.get(large)) {
                if (!done.contains(reader)
                        && bytes(reader) < LEAST_BYTES
                        && isBefore(reader) == isBefore(large)
                        && mayRun(reader, List.of())) {
                    run(reader);
                }
            }
        }
    }

    /** Runs all that still reads an operation's result if little is then left of it. */
    private void release(Operation large, Operation now) {
        long bytes = bytes(large);
        if (bytes < LEAST_BYTES || large.results().stream().anyMatch(outputs::contains)) {
            return;
        }
        var tails = new LinkedHashSet<Operation>();
        long left = 0;
        for (Operation reader : consumers.get(large)) {
            if (!done.contains(reader)) {
                var tail = tail(reader, bytes);
                if (tail.isEmpty() || isBefore(reader) != isBefore(now)) {
                    return;
                }
                tails.addAll(tail);
                left += bytes(tail.getLast());
            }
        }
        if (left < bytes) {
            tails.forEach(this::run);
        }
    }

    private boolean isBefore(Operation operation) {
        return places.get(operation) < split;
    }

    /** An operation and the only ones after it, up to a smaller result; none if it may not run. */
    private List<Operation> tail(Operation reader, long bytes) {
        var tail = new ArrayList<Operation>();
        Operation last = reader;
        while (tail.size() < LONGEST && mayRun(last, tail)) {
            tail.add(last);
            if (bytes(last) < bytes) {
                return tail;
            }
            Set<Operation> next = consumers.get(last);
            if (next.size() != 1) {
                return List.of();
            }
            last = next.iterator().next();
        }
        return List.of();
    }

    private boolean mayRun(Operation operation, List<Operation> before) {
        return operation.results().stream().noneMatch(outputs::contains)
                && producers.get(operation).stream()
                        .allMatch(each -> done.contains(each) || before.contains(each));
    }

    private static long bytes(Operation operation) {
        return operation.results().stream().mapToLong(result -> result.type().bytes()).sum();
    }
}
