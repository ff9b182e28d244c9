package propane.engine.cpu.loop;

import propane.tensor.DType;

/**
 * A value in the body of a loop: one element, or one vector of elements.
 *
 * @param local the local variable that holds it
 * @param dtype its type
 */
record Value(int local, DType dtype) {
    /** Stands where there is no value. */
    static final Value NOTHING = new Value(-1, DType.FLOAT32);
}
