package propane.spi.op;

import propane.tensor.Tensor;

import java.util.function.Supplier;

/**
 * What reverse mode shows to an op while it walks back over it: the results, the gradients that
 * reached them, and a place to put the gradients of the operands.
 */
public interface Adjoint {
    /** Returns one result of the op. */
    Tensor result(int index);

    /** Returns the gradient with respect to one result; zeros where none reached it. */
    Tensor gradient(int index);

    /** Returns the only result. */
    default Tensor result() {
        return result(0);
    }

    /** Returns the gradient with respect to the only result. */
    default Tensor gradient() {
        return gradient(0);
    }

    /**
     * Adds a gradient of an operand. Axes over which the operand was broadcast are summed here, so
     * a rule need not think of them.
     *
     * @param operand the operand
     * @param gradient makes the gradient; called only if it is wanted, so that frozen parts cost
     *     nothing
     */
    void accumulate(Tensor operand, Supplier<Tensor> gradient);

    /**
     * Adds the gradients that flow through an op's decomposition into simpler ops to its operands:
     * the rule of ops whose own gradient is seldom wanted, gradients of others above all.
     *
     * @param op the op that is walked over
     */
    <T extends Op & Decomposable> void pullback(T op);
}
