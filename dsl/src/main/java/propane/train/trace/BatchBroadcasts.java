package propane.train.trace;

import static java.util.stream.Collectors.toSet;

import propane.spi.Graph;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.Leaf;
import propane.spi.op.Linear;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Role;
import propane.spi.op.TensorOperation;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds where a step meets every example with every other without having said so: [n, 1] with [n]
 * is [n, n]. Who means it writes [n, 1] with [1, n].
 */
public final class BatchBroadcasts {
    private BatchBroadcasts() {}

    /**
     * Requires that no operation does.
     *
     * @param values what a step comes to, for batches of a size
     * @param batch the size
     * @param larger the same for batches of one more, which tells a batch from an axis that happens
     *     to be as long
     * @throws ShapeException if one does
     */
    public static void require(List<Tensor> values, int batch, Supplier<List<Tensor>> larger) {
        List<Pair> found = among(values, batch);
        if (found.isEmpty()) {
            return;
        }
        Set<String> again;
        try {
            again = among(larger.get(), batch + 1).stream().map(Pair::place).collect(toSet());
        } catch (PropaneException e) {
            // A step for one size of batch alone: what its axes are is not known.
            return;
        }
        for (Pair each : found) {
            if (again.contains(each.place())) {
                throw error(each);
            }
        }
    }

    private static List<Pair> among(List<Tensor> values, int batch) {
        Set<Tensor> examples = Collections.newSetFromMap(new IdentityHashMap<>());
        var found = new ArrayList<Pair>();
        for (Operation operation : Graph.operations(values)) {
            boolean fromExamples =
                    operation.op() instanceof Leaf.Input(var port)
                            ? port.role() == Role.BATCH
                            : operation.operands().stream().anyMatch(examples::contains);
            if (!fromExamples) {
                continue;
            }
            for (Tensor result : operation.results()) {
                if (result.rank() > 0 && result.dim(0) == batch) {
                    examples.add(result);
                }
            }
            pair(operation, examples).ifPresent(found::add);
        }
        return found;
    }

    /**
     * Two operands that meet every example with every other.
     *
     * @param operation what they are operands of
     * @param x the one
     * @param y the other
     */
    private record Pair(Operation operation, Tensor x, Tensor y) {
        /** Says where this stands and which operands these are, for batches of any size. */
        String place() {
            return name() + " of " + name(x) + ", " + name(y) + operation.result(0).source();
        }

        String name() {
            return OpSchema.of(operation.op()).name();
        }

        /** Returns how the operation calls an operand. */
        String name(Tensor operand) {
            return OpSchema.of(operation.op()).parts().stream()
                    .filter(part -> part.value(operation.op()) == operand)
                    .map(OpSchema.Operand::name)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Optional<Pair> pair(Operation operation, Set<Tensor> examples) {
        int whole = whole(operation.op());
        List<Tensor> operands =
                operation.operands().stream()
                        .filter(each -> examples.contains(each) && each.rank() > whole)
                        .toList();
        for (int i = 0; i < operands.size(); i++) {
            for (Tensor y : operands.subList(i + 1, operands.size())) {
                Tensor x = operands.get(i);
                if (meets(x, y) || meets(y, x)) {
                    return Optional.of(new Pair(operation, x, y));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns how many axes of operands, from the last one on, do not broadcast with one another;
     * of an operation that does not broadcast at all as many as there may be.
     */
    private static int whole(Op op) {
        return switch (op) {
            case ElementwiseBinary _, TensorOperation.Select _ -> 0;
            // The rows and columns of matrices.
            case Linear.Matmul _ -> 2;
            case Op _ -> Integer.MAX_VALUE;
        };
    }

    /** Whether the examples of the one come to lie along an axis that the other does not have. */
    private static boolean meets(Tensor fewer, Tensor more) {
        int along = more.rank() - fewer.rank();
        return along > 0 && fewer.dim(0) > 1 && more.dim(along) == 1;
    }

    private static ShapeException error(Pair pair) {
        Tensor result = pair.operation().result(0);
        String rule =
                pair.x().shape()
                        + " with "
                        + pair.y().shape()
                        + " meets every example with every other, "
                        + result.shape();
        return new ShapeException(
                Problem.of(pair.name(), rule)
                        .at(result.source())
                        .operand(pair.name(pair.x()), pair.x())
                        .operand(pair.name(pair.y()), pair.y())
                        .fix(
                                "give both the same shape, reshape(-1, 1) of the one or"
                                        + " targets(input(\"target\", 1)); where every pair is"
                                        + " meant, write [n, 1] with [1, n]"));
    }
}
