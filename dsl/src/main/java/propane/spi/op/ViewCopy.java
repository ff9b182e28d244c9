package propane.spi.op;

import propane.tensor.Tensor;

/** An op whose only result is a copy of elements of its operand that lie at regular distances. */
public interface ViewCopy {
    /** Returns the operand. */
    Tensor x();

    /** Returns where the elements of the result lie in the operand. */
    StridedView view();
}
