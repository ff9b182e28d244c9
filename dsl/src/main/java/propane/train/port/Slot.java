package propane.train.port;

import propane.nn.Initializer;
import propane.spi.op.Port;
import propane.tensor.NDArray;

/**
 * What a step keeps beside weights and statistics.
 *
 * @param port where it lies
 * @param initializer what it begins with
 */
public record Slot(Port port, Initializer initializer) {
    /** Returns what it begins with in a run of a seed. */
    public NDArray start(long seed) {
        var shape = port.type().shape();
        return NDArray.of(initializer.values(shape, seed, port.name()), shape);
    }
}
