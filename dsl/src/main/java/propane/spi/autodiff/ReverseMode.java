package propane.spi.autodiff;

import propane.spi.Graph;
import propane.spi.op.Adjoint;
import propane.spi.op.Decomposable;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DTypeException;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Reverse-mode automatic differentiation: walks the graph that a value depends on once, backwards,
 * and builds the graph of its gradients. Only operations between the value and what it is
 * differentiated by are walked over, so that frozen parts cost nothing; the result is made of
 * ordinary tensors and can be differentiated again.
 */
public final class ReverseMode {
    private final Set<Operation> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();

    private ReverseMode(List<Tensor> by) {
        wanted.addAll(by);
    }

    /**
     * Returns the gradients of a value with respect to some tensors, in their order and shapes;
     * zeros with respect to a tensor that the value does not depend on.
     *
     * @param value one number: a tensor of one element
     * @param by what to differentiate by
     * @throws ShapeException if the value has more than one element
     * @throws DTypeException if the value or one of the tensors is not of floating point
     */
    public static List<Tensor> gradients(Tensor value, List<Tensor> by) {
        return found(value, by).gradients();
    }

    /**
     * Returns the gradients with respect to some tensors of the sum of values times cotangents.
     *
     * @param values what to differentiate
     * @param cotangents the weight of each element of the values
     * @param by what to differentiate by
     * @throws DTypeException if one of the tensors is not of floating point
     */
    public static List<Tensor> gradients(
            List<Tensor> values, List<Tensor> cotangents, List<Tensor> by) {
        return found(values, cotangents, by).gradients();
    }

    /**
     * Gradients, and which of them are zeros since the value does not depend on the tensor at all.
     *
     * @param gradients the gradients, in the order of the tensors
     * @param reached for each tensor whether the value depends on it in a way that has a slope
     */
    public record Found(List<Tensor> gradients, List<Boolean> reached) {
        /** Returns how many gradients there are. */
        @Override
        public String toString() {
            return gradients.size() + " gradients";
        }
    }

    /**
     * Returns the gradients of a value and which tensors it depends on.
     *
     * @param value one number: a tensor of one element
     * @param by what to differentiate by
     * @throws ShapeException if the value has more than one element
     * @throws DTypeException if the value or one of the tensors is not of floating point
     */
    public static Found found(Tensor value, List<Tensor> by) {
        if (value.shape().size() != 1) {
            throw new ShapeException(
                    Problem.ofRule("gradients: the value must be one number, got " + value)
                            .operand("value", value)
                            .fix("reduce it with mean() or sum()"));
        }
        return found(List.of(value), List.of(Tensor.onesLike(value)), by);
    }

    private static Found found(List<Tensor> values, List<Tensor> cotangents, List<Tensor> by) {
        for (Tensor tensor : by) {
            if (!tensor.dtype().isFloat()) {
                throw new DTypeException(
                        Problem.ofRule("gradients: cannot differentiate by " + tensor)
                                .operand("tensor", tensor));
            }
        }
        var mode = new ReverseMode(by);
        mode.walk(values, cotangents);
        return new Found(
                by.stream().map(mode::gradientOf).toList(),
                by.stream().map(mode.gradients::containsKey).toList());
    }

    private void walk(List<Tensor> values, List<Tensor> cotangents) {
        List<Operation> order = Graph.operations(values);
        for (Operation operation : order) {
            for (Tensor operand : operation.operands()) {
                if (isNeeded(operand)) {
                    needed.add(operation);
                    break;
                }
            }
        }
        for (int i = 0; i < values.size(); i++) {
            gradients.merge(values.get(i), cotangents.get(i), Tensor::add);
        }
        Map<Operation, RematPass> repetitions = RematPass.of(order);
        for (Operation operation : order.reversed()) {
            if (needed.contains(operation)
                    && operation.results().stream().anyMatch(gradients::containsKey)) {
                step(operation, repetitions);
            }
        }
    }

    /** Goes back over one operation; where it is computed once more, over what is then made. */
    private void step(Operation operation, Map<Operation, RematPass> repetitions) {
        if (!repetitions.containsKey(operation)) {
            operation.op().vjp(new Step(operation, operation, place -> place));
            return;
        }
        RematPass repetition = repetitions.get(operation);
        if (!repetition.isInside(operation)) {
            repetition.repeatAfter(gradientOf(operation.result(0)));
        }
        Operation again = repetition.repeated(operation);
        again.op().vjp(new Step(operation, again, repetition::original));
    }

    private boolean isNeeded(Tensor tensor) {
        return wanted.contains(tensor) || needed.contains(tensor.operation());
    }

    private Tensor gradientOf(Tensor tensor) {
        return gradients.containsKey(tensor) ? gradients.get(tensor) : Tensor.zerosLike(tensor);
    }

    /** One step backwards, over one operation. */
    private final class Step implements Adjoint {
        private final Operation operation;
        private final Operation again;
        private final UnaryOperator<Tensor> original;

        /**
         * Makes a step.
         *
         * @param operation what is differentiated
         * @param again the operation whose operands and results are read: itself, or its repetition
         * @param original the operand in whose place the repetition reads another
         */
        private Step(Operation operation, Operation again, UnaryOperator<Tensor> original) {
            this.operation = operation;
            this.again = again;
            this.original = original;
        }

        @Override
        public Tensor result(int index) {
            return again.result(index);
        }

        @Override
        public Tensor gradient(int index) {
            return gradientOf(operation.result(index));
        }

        @Override
        public void accumulate(Tensor operand, Supplier<Tensor> gradient) {
            Tensor of = original.apply(operand);
            if (isNeeded(of)) {
                gradients.merge(of, unbroadcast(gradient.get(), of), Tensor::add);
            }
        }

        @Override
        public <T extends Op & Decomposable> void pullback(T op) {
            // Places stand for operands and gradients: one operand may depend on another, and
            // what they depend on must not be walked over again.
            Map<Tensor, Tensor> real = new IdentityHashMap<>();
            var operands = places("operand", again.operands(), real);
            var gradients = operation.results().stream().map(r -> gradient(r.index())).toList();
            var cotangents = places("gradient", gradients, real);
            var wanted =
                    operands.stream()
                            .filter(place ->
                                    place.dtype().isFloat()
                                            && isNeeded(original.apply(real.get(place))))
                            .toList();
            Op placed = OpSchema.of(op).withOperands(op, operands);
            var found =
                    ReverseMode.gradients(((Decomposable) placed).decompose(), cotangents, wanted);
            var moved = Graph.substitute(found, real);
            for (int i = 0; i < moved.size(); i++) {
                Tensor gradient = moved.get(i);
                accumulate(real.get(wanted.get(i)), () -> gradient);
            }
        }

        private static List<Tensor> places(
                String name, List<Tensor> tensors, Map<Tensor, Tensor> real) {
            var places = new ArrayList<Tensor>();
            for (Tensor tensor : tensors) {
                var port = new Port(name + places.size(), Role.BATCH, tensor.type());
                places.add(port.tensor());
                real.put(places.getLast(), tensor);
            }
            return places;
        }
    }

    /** Sums the axes over which an operand was stretched. */
    private static Tensor unbroadcast(Tensor gradient, Tensor operand) {
        int extra = gradient.rank() - operand.rank();
        var axes = new ArrayList<Integer>();
        for (int axis = 0; axis < gradient.rank(); axis++) {
            if (axis < extra || operand.dim(axis - extra) == 1 && gradient.dim(axis) != 1) {
                axes.add(axis);
            }
        }
        Tensor summed =
                axes.isEmpty()
                        ? gradient
                        : gradient.sum(axes.stream().mapToInt(a -> a).toArray(), true);
        if (summed.shape().size() != operand.shape().size()) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "gradients: a gradient of shape "
                                            + gradient.shape()
                                            + " reached "
                                            + operand
                                            + "; the op that takes it has a broken vjp")
                            .operand("gradient", gradient)
                            .operand("operand", operand));
        }
        return summed.reshape(operand.shape().toArray());
    }
}
