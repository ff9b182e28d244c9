package propane.spi;

import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Walks over the graph that some tensors depend on; the graph itself is nothing but the tensors.
 */
public final class Graph {
    private Graph() {}

    /** Makes the results that stand in place of an operation. */
    @FunctionalInterface
    public interface Rewrite {
        /**
         * Returns the results that stand in place of an operation, as many as it has and of the
         * same types.
         *
         * @param operation the operation, its operands rewritten already
         */
        List<Tensor> results(Operation operation);
    }

    /**
     * Returns the operations that some tensors depend on, each after those it needs. The order
     * depends on the graph alone.
     */
    public static List<Operation> operations(List<Tensor> outputs) {
        return operations(outputs, _ -> true);
    }

    /**
     * Returns the operations that some tensors depend on up to those that are left out, each after
     * those it needs.
     *
     * @param wanted whether an operation, and what it depends on, is not left out
     */
    public static List<Operation> operations(List<Tensor> outputs, Predicate<Operation> wanted) {
        return postorder(
                makers(outputs, wanted), operation -> makers(operation.operands(), wanted));
    }

    private static List<Operation> makers(List<Tensor> tensors, Predicate<Operation> wanted) {
        return tensors.stream().map(Tensor::operation).filter(wanted).toList();
    }

    /**
     * Returns some nodes of a graph and all that they need, each once and after what it needs.
     *
     * @param needs what a node needs
     * @param <T> the nodes, each only itself
     */
    public static <T> List<T> postorder(List<T> nodes, Function<T, List<T>> needs) {
        var ordered = new ArrayList<T>();
        Set<T> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        // A stack of our own: a graph may be deeper than the thread's stack.
        var path = new ArrayDeque<Visit<T>>();
        for (T node : nodes) {
            if (seen.add(node)) {
                path.push(new Visit<>(node, needs.apply(node).iterator()));
            }
            while (!path.isEmpty()) {
                Visit<T> visit = path.peek();
                if (!visit.needs.hasNext()) {
                    ordered.add(visit.node);
                    path.pop();
                    continue;
                }
                T next = visit.needs.next();
                if (seen.add(next)) {
                    path.push(new Visit<>(next, needs.apply(next).iterator()));
                }
            }
        }
        return ordered;
    }

    private record Visit<T>(T node, Iterator<T> needs) {}

    /** Returns the ports that some tensors depend on, each name once. */
    public static List<Port> inputs(List<Tensor> outputs) {
        var ports = new LinkedHashMap<String, Port>();
        for (Operation operation : operations(outputs)) {
            if (operation.op() instanceof Leaf.Input(Port port)) {
                Port before = ports.putIfAbsent(port.name(), port);
                if (before != null && !before.equals(port)) {
                    throw new ShapeException(
                            Problem.ofRule(
                                            "two ports are named "
                                                    + port.name()
                                                    + ": "
                                                    + before
                                                    + " and "
                                                    + port)
                                    .operand("first", before.tensor())
                                    .operand("second", port.tensor()));
                }
            }
        }
        return List.copyOf(ports.values());
    }

    /**
     * Returns what stands in place of some tensors when every operation they depend on is
     * rewritten, operands first. Unchanged operations stay the same objects; rewritten ones keep
     * their source.
     */
    public static List<Tensor> rewrite(List<Tensor> outputs, Rewrite rule) {
        Map<Tensor, Tensor> places = new IdentityHashMap<>();
        for (Operation operation : operations(outputs)) {
            Operation moved = withOperands(operation, places);
            List<Tensor> results = rule.results(moved);
            for (int i = 0; i < results.size(); i++) {
                places.put(operation.result(i), results.get(i));
            }
        }
        return outputs.stream().map(places::get).toList();
    }

    /**
     * Returns what stands in place of some tensors when some of those they depend on are replaced.
     *
     * @param replacements for each tensor to replace, what stands in its place, of the same type
     */
    public static List<Tensor> substitute(List<Tensor> outputs, Map<Tensor, Tensor> replacements) {
        Map<Tensor, Tensor> places = new IdentityHashMap<>();
        for (Operation operation : operations(outputs)) {
            Operation moved = withOperands(operation, places);
            for (Tensor result : operation.results()) {
                places.put(
                        result,
                        replacements.containsKey(result)
                                ? replacements.get(result)
                                : moved.result(result.index()));
            }
        }
        return outputs.stream().map(places::get).toList();
    }

    private static Operation withOperands(Operation operation, Map<Tensor, Tensor> places) {
        var before = operation.operands();
        var after = new ArrayList<Tensor>(before.size());
        boolean changed = false;
        for (Tensor operand : before) {
            Tensor place = places.get(operand);
            changed |= place != operand;
            after.add(place);
        }
        if (!changed) {
            return operation;
        }
        Op op = OpSchema.of(operation.op()).withOperands(operation.op(), after);
        return Operation.of(op, operation.source());
    }
}
