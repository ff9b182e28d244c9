package propane.spi.op;

import propane.tensor.Tensor;

import java.util.List;

/**
 * Normalizations that divide by the root of a mean of squares, and their gradients. They can be
 * decomposed in two ways.
 */
public interface RootNormalization extends Decomposable {
    /** How the root is computed. */
    enum Form {
        /** By its formula: the fewest operations. */
        PLAIN,
        /**
         * Over the largest magnitude, which is taken out before squaring (as Apple's converter does
         * for float16): nothing on the way overflows, nor vanishes, unless operand or result do.
         */
        SCALED
    }

    /** Returns tensors that stand for this op's results, the root computed in some form. */
    List<Tensor> decompose(Form form);

    @Override
    default List<Tensor> decompose() {
        return decompose(Form.PLAIN);
    }
}
