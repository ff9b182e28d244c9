package propane.spi.op;

import propane.tensor.Tensor;

import java.util.List;

/**
 * An op of others: a record outside of Propane, made into tensors by {@link Tensor#of}. Programs,
 * passes and the interpreter take it as they take Propane's own; an engine that has a kernel for it
 * takes it whole, which for the CPU engine is that of a {@code propane.spi.cpu.UnitProvider}, and
 * everything else, Core ML packages above all, takes its decomposition.
 *
 * <p>The record's name, in lower case with underscores, is the op's name in programs, reports and
 * errors. Components of type {@link Tensor}, or lists of them, are operands, all others constants
 * that {@code equals} compares: operations of equal ops on the same operands are computed once. The
 * record is public, in a package that its module exports, or on the class path.
 */
public non-sealed interface CustomOp extends Op, DecomposedForMil {
    /**
     * Returns tensors that stand for this op's results, of the types that {@link #inferAll} says,
     * made of Propane's ops, or of others of one's own that are simpler, over the operands. For
     * operands of float16 it may be asked for a twin over float32.
     */
    @Override
    List<Tensor> decompose();

    /** Puts the gradients of the operands; this default takes those of the decomposition. */
    @Override
    default void vjp(Adjoint adjoint) {
        adjoint.pullback(this);
    }
}
