package propane.train.trace;

import propane.spi.Graph;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Role;
import propane.tensor.Tensor;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What next statistics take from a batch, apart from the statistics before it: the first half of a
 * step computes it, and the second one, in float32, the statistics from it. Squares and constant
 * factors are left to the second: variances may be beyond float16 where deviations are within it.
 */
final class BatchStatistics {
    private final Set<Tensor> moved = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> measured = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Tensor> found = new LinkedHashMap<>();

    private BatchStatistics(Map<String, Tensor> next) {
        for (Operation operation : Graph.operations(List.copyOf(next.values()))) {
            note(operation, Role.STATISTIC, moved);
            note(operation, Role.BATCH, measured);
        }
        next.forEach(this::find);
    }

    /** Keeps the results of an operation that depends on a port of a role. */
    private static void note(Operation operation, Role role, Set<Tensor> dependent) {
        boolean isPort = operation.op() instanceof Leaf.Input(var port) && port.role() == role;
        if (isPort || operation.operands().stream().anyMatch(dependent::contains)) {
            dependent.addAll(operation.results());
        }
    }

    /** Looks for the largest parts that depend on the batch and on no statistic. */
    private void find(String path, Tensor value) {
        if (!moved.contains(value)) {
            Tensor part = part(value);
            if (measured.contains(part) && !found.containsValue(part)) {
                found.put(found.containsKey(path) ? path + "/" + (found.size() + 1) : path, part);
            }
            return;
        }
        value.operation().operands().forEach(operand -> find(path, operand));
    }

    /** Returns what a number is a square or a multiple of. */
    private static Tensor part(Tensor value) {
        return switch (value.op()) {
            case ElementwiseUnary.Square(Tensor root) -> part(root);
            case ElementwiseBinary.Mul(Tensor x, Tensor factor)
                    when factor.op() instanceof Leaf.Const && x.type().equals(value.type()) ->
                    part(x);
            default -> value;
        };
    }

    /**
     * Returns the parts by the path of their statistic.
     *
     * @param next the next statistics by their paths
     */
    static Map<String, Tensor> of(Map<String, Tensor> next) {
        return new BatchStatistics(next).found;
    }
}
