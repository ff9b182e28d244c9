package propane.spi.op;

import propane.tensor.Tensor;

/**
 * The plain evaluation of one op: its operands' values and room for its results, as doubles in
 * row-major order. Integers are exact; truth values are 0 and 1.
 */
public interface Evaluation {
    /** Returns the value of an operand; not to be changed. */
    double[] of(Tensor operand);

    /** Returns the array to fill with one result; its content before is undefined. */
    double[] result(int index);

    /** Returns the array to fill with the only result. */
    default double[] result() {
        return result(0);
    }
}
