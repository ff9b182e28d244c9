package propane.tensor;

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
