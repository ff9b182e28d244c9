package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.Arrays;

/** The lengths that a reshape is asked for, of which one may be left to be worked out. */
public final class ReshapedLengths {
    /** Stands for the length that is worked out. */
    private static final int OPEN = -1;

    private ReshapedLengths() {}

    /**
     * Returns the shape that is meant.
     *
     * @throws ShapeException if two lengths are left open, one is negative, or none fits
     */
    public static Shape of(Tensor x, int... dims) {
        int[] known = dims.clone();
        int open = OPEN;
        long others = 1;
        for (int i = 0; i < known.length; i++) {
            if (known[i] == OPEN && open != OPEN) {
                throw broken(x, dims, "two lengths of -1, of which one can be worked out");
            }
            if (known[i] < OPEN) {
                throw broken(x, dims, "the length " + known[i]);
            }
            if (known[i] == OPEN) {
                open = i;
            } else {
                others = Math.min(others * known[i], Integer.MAX_VALUE);
            }
        }
        if (open != OPEN) {
            int size = x.shape().size();
            if (others == 0 ? size != 0 : size % others != 0) {
                throw broken(x, dims, "no whole length in place of -1 for " + size + " elements");
            }
            known[open] = others == 0 ? 0 : (int) (size / others);
        }
        return Shape.shape(known);
    }

    private static ShapeException broken(Tensor x, int[] dims, String what) {
        return OpRule.shape(
                "reshape",
                x,
                Arrays.toString(dims) + " has " + what,
                "give lengths of which the product is "
                        + x.shape().size()
                        + "; one may be -1 and is worked out");
    }
}
