package propane.spi.op;

import propane.tensor.DTypeException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * An op of MIL, or one that MIL lacks ({@link DecomposedForMil}), as a record whose components are
 * its operands in MIL's names. Components of type {@link Tensor} (or a list of them) are values;
 * all others are constants. From the components come the name, reading, writing, printing and
 * equality; an op's author writes three methods.
 */
public sealed interface Op
        permits Leaf,
                Activation,
                Convolution,
                CustomOp,
                ElementwiseBinary,
                ElementwiseUnary,
                ImageResizing,
                ImageSampling,
                Linear,
                LossOp,
                Normalization,
                Pool,
                RandomNumbers,
                Recurrent,
                Reduction,
                ScatterGather,
                TensorOperation,
                TensorTransformation {

    /**
     * Returns the type of the only result.
     *
     * @throws ShapeException if the operands' shapes break the op's rule
     * @throws DTypeException if their element types do
     */
    TensorType infer();

    /** Returns the types of all results; ops with one result leave this as it is. */
    default List<TensorType> inferAll() {
        return List.of(infer());
    }

    /**
     * Puts the gradients of the operands, in tensor operations, given those of the results
     * (vector-Jacobian product). An operand through which no gradient flows is passed over.
     */
    void vjp(Adjoint adjoint);

    /** Computes the results in plain loops over doubles. */
    void evaluate(Evaluation evaluation);
}
