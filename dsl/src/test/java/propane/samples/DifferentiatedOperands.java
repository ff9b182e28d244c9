package propane.samples;

import propane.spi.op.Adjoint;
import propane.spi.op.Decomposable;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/** The operands of floating point to which an op's vjp gives a gradient. */
public final class DifferentiatedOperands {
    private DifferentiatedOperands() {}

    /** Returns those of an operation; none where none of its results is of floating point. */
    public static Set<Tensor> of(Operation operation) {
        var found = new LinkedHashSet<Tensor>();
        if (operation.results().stream().anyMatch(result -> result.dtype().isFloat())) {
            operation.op().vjp(new Noting(operation, found));
        }
        found.removeIf(operand -> !operand.dtype().isFloat());
        return found;
    }

    private record Noting(Operation operation, Set<Tensor> found) implements Adjoint {
        @Override
        public Tensor result(int index) {
            return operation.result(index);
        }

        @Override
        public Tensor gradient(int index) {
            return Tensor.onesLike(operation.result(index));
        }

        @Override
        public void accumulate(Tensor operand, Supplier<Tensor> gradient) {
            found.add(operand);
        }

        @Override
        public <T extends Op & Decomposable> void pullback(T op) {
            found.addAll(operation.operands());
        }
    }
}
