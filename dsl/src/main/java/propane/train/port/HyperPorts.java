package propane.train.port;

import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Shape;
import propane.tensor.TensorType;

/** Ports of single numbers that the host sets or that steps count with. */
final class HyperPorts {
    private HyperPorts() {}

    /** Returns the port of a number, float32 [1]. */
    static Port number(String name) {
        return new Port(name, Role.HYPER, TensorType.float32(Shape.shape(1)));
    }
}
