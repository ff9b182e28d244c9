package propane.nn;

import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.TensorType;

/**
 * A weight or statistic of a model, as declared.
 *
 * @param path where it stands, for example {@code head/dense_1/weight}
 * @param shape its shape
 * @param dtype its element type
 * @param initializer its values at the start
 * @param role {@link Role#WEIGHT} or {@link Role#STATISTIC}
 */
public record Weight(String path, Shape shape, DType dtype, Initializer initializer, Role role) {
    /** Returns the port through which it enters programs. */
    public Port port() {
        return new Port(path, role, new TensorType(dtype, shape));
    }
}
