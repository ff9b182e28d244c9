package propane.spi.pass;

import propane.spi.op.Leaf;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/** What passes ask of constants. */
final class Constants {
    private Constants() {}

    /** Returns whether a tensor is a constant, not empty, all of whose elements are one value. */
    static boolean isAll(Tensor tensor, double value) {
        return isUniform(tensor)
                && tensor.op() instanceof Leaf.Const(var array)
                && Double.compare(array.at(0), value) == 0;
    }

    /** Returns whether a tensor is a constant, not empty, all of whose elements are alike. */
    static boolean isUniform(Tensor tensor) {
        if (!(tensor.op() instanceof Leaf.Const(NDArray array)) || array.size() == 0) {
            return false;
        }
        if (array.isFilled()) {
            return true;
        }
        double first = array.at(0);
        for (int i = 1; i < array.size(); i++) {
            if (Double.compare(array.at(i), first) != 0) {
                return false;
            }
        }
        return true;
    }
}
