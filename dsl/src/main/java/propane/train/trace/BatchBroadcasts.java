package propane.train.trace;

import propane.tensor.ElementwiseBinary;
import propane.tensor.Graph;
import propane.tensor.Leaf;
import propane.tensor.OpSchema;
import propane.tensor.Operation;
import propane.tensor.PropaneException;
import propane.tensor.Role;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
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
        List<Operation> found = among(values, batch);
        if (found.isEmpty()) {
            return;
        }
        List<Operation> again;
        try {
            again = among(larger.get(), batch + 1);
        } catch (PropaneException e) {
            // A step for one size of batch alone: what its axes are is not known.
            return;
        }
        for (Operation each : found) {
            String place = place(each);
            if (again.stream().anyMatch(other -> place(other).equals(place))) {
                throw error(each);
            }
        }
    }

    private static String place(Operation operation) {
        return operation.op().getClass() + " " + operation.result(0).source();
    }

    private static List<Operation> among(List<Tensor> values, int batch) {
        Set<Tensor> examples = Collections.newSetFromMap(new IdentityHashMap<>());
        var found = new ArrayList<Operation>();
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
            if (operation.op() instanceof ElementwiseBinary binary
                    && examples.contains(binary.x())
                    && examples.contains(binary.y())
                    && (meets(binary.x(), binary.y()) || meets(binary.y(), binary.x()))) {
                found.add(operation);
            }
        }
        return found;
    }

    /** Whether the examples of the one come to lie along an axis that the other does not have. */
    private static boolean meets(Tensor fewer, Tensor more) {
        int along = more.rank() - fewer.rank();
        return along > 0 && fewer.dim(0) > 1 && more.dim(along) == 1;
    }

    private static ShapeException error(Operation operation) {
        var binary = (ElementwiseBinary) operation.op();
        Tensor result = operation.result(0);
        return new ShapeException(
                OpSchema.of(operation.op()).name()
                        + ": "
                        + binary.x().shape()
                        + " with "
                        + binary.y().shape()
                        + " meets every example with every other, "
                        + result.shape()
                        + "\n    "
                        + result.source()
                        + "\n    x        "
                        + binary.x()
                        + "\n    y        "
                        + binary.y()
                        + "\n    to mend it: give both the same shape, reshape(-1, 1) of the one or"
                        + " targets(input(\"target\", 1)); where every pair is meant, write [n, 1]"
                        + " with [1, n]");
    }
}
