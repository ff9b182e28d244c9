package propane.train.port;

import propane.nn.Initializer;
import propane.tensor.NDArray;
import propane.tensor.Port;

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
