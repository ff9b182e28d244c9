package propane.spi.op;

import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;

/** What a graph starts from. */
public sealed interface Leaf extends Op {
    @Override
    default void vjp(Adjoint adjoint) {
        // A leaf depends on nothing.
    }

    @Override
    default void evaluate(Evaluation evaluation) {
        throw new IllegalStateException("a leaf has its value, it computes none: " + this);
    }

    /** Returns whether it is known now that all elements of a tensor are 0. */
    static boolean isZero(Tensor x) {
        return switch (x.op()) {
            case Const(NDArray value) ->
                    value.isFilled() && value.size() > 0
                            ? value.at(0) == 0
                            : Arrays.stream(value.doubles()).allMatch(element -> element == 0);
            case TensorOperation.Fill(_, NDArray value) -> value.at(0) == 0;
            default -> false;
        };
    }

    /**
     * A value that enters through a port.
     *
     * @param port the port
     */
    record Input(Port port) implements Leaf {
        @Override
        public TensorType infer() {
            return port.type();
        }
    }

    /**
     * A value known when the program is built.
     *
     * @param val the value
     */
    record Const(NDArray val) implements Leaf {
        @Override
        public TensorType infer() {
            return val.type();
        }
    }
}
