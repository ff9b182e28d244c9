package propane.spi.autodiff;

import propane.spi.Graph;
import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Rematerialization;
import propane.spi.op.Role;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A stretch of the graph that the backward pass computes once more: the operations between the two
 * tensors of a mark that depend on the first, and the random numbers and constants among their
 * operands.
 */
final class RematPass {
    private final Tensor from;
    private final Set<Operation> inside = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Operation> ordered = new ArrayList<>();
    private final Map<Operation, Operation> again = new IdentityHashMap<>();
    private final Map<Tensor, Tensor> originals = new IdentityHashMap<>();

    RematPass(Rematerialization.Rematerialized mark) {
        this.from = mark.from();
        Set<Operation> drawn = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Operation> dependent = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Operation operation :
                Graph.operations(List.of(mark.x()), each -> each != from.operation())) {
            if (operation.operands().stream().anyMatch(x -> depends(x, dependent))) {
                dependent.add(operation);
                ordered.add(operation);
            } else if (isDrawn(operation, drawn)) {
                drawn.add(operation);
                ordered.add(operation);
            }
        }
        inside.addAll(ordered);
    }

    private boolean depends(Tensor tensor, Set<Operation> dependent) {
        return tensor == from || dependent.contains(tensor.operation());
    }

    /** Whether an operation depends on nothing but seeds, counters and constants. */
    private static boolean isDrawn(Operation operation, Set<Operation> drawn) {
        return !(operation.op() instanceof Leaf)
                && operation.operands().stream()
                        .map(Tensor::operation)
                        .allMatch(producer ->
                                producer.op() instanceof Leaf.Const
                                        || isHyper(producer)
                                        || drawn.contains(producer));
    }

    private static boolean isHyper(Operation operation) {
        return operation.op() instanceof Leaf.Input(var port) && port.role() == Role.HYPER;
    }

    /** Returns whether an operation is computed once more. */
    boolean isInside(Operation operation) {
        return inside.contains(operation);
    }

    /**
     * Makes the operations once more, after a gradient that is there by then.
     *
     * @param gradient the gradient with which the backward pass enters the stretch
     */
    void repeatAfter(Tensor gradient) {
        Map<Tensor, Tensor> places = new IdentityHashMap<>();
        places.put(from, Tensor.of(new Rematerialization.OptimizationBarrier(from, gradient)));
        for (Operation operation : ordered) {
            var operands = new ArrayList<Tensor>();
            for (Tensor operand : operation.operands()) {
                if (isHyper(operand.operation()) && !places.containsKey(operand)) {
                    places.put(
                            operand,
                            Tensor.of(
                                    new Rematerialization.OptimizationBarrier(operand, gradient)));
                }
                operands.add(places.getOrDefault(operand, operand));
            }
            Op op = OpSchema.of(operation.op()).withOperands(operation.op(), operands);
            Operation made = Operation.of(op, operation.source());
            again.put(operation, made);
            for (Tensor result : operation.results()) {
                places.put(result, made.result(result.index()));
            }
        }
        places.forEach((original, place) -> originals.put(place, original));
    }

    /** Returns an operation as it is made once more; itself if it is not. */
    Operation repeated(Operation operation) {
        return again.getOrDefault(operation, operation);
    }

    /** Returns the tensor in whose place another one is read in the backward pass. */
    Tensor original(Tensor place) {
        return originals.getOrDefault(place, place);
    }

    /**
     * Returns the marks that some tensors depend on and that lie within no other, by what lies
     * within them.
     */
    static Map<Operation, RematPass> of(List<Operation> order) {
        Map<Operation, RematPass> found = new IdentityHashMap<>();
        for (Operation operation : order.reversed()) {
            // What lies within another stretch is computed again with it.
            if (operation.op() instanceof Rematerialization.Rematerialized mark
                    && !found.containsKey(operation)) {
                var repetition = new RematPass(mark);
                found.put(operation, repetition);
                repetition.ordered.forEach(each -> found.putIfAbsent(each, repetition));
            }
        }
        return found;
    }
}
