package propane.train.step;

import propane.nn.Tensors;
import propane.tensor.Tensor;

/**
 * A batch of symbolic examples inside a traced step.
 *
 * @param inputs the inputs by name
 * @param targets the targets by name
 */
public record Examples(Tensors inputs, Tensors targets) {
    /** Returns the only input. */
    public Tensor x() {
        return inputs.only();
    }

    /** Returns the only target. */
    public Tensor y() {
        return targets.only();
    }

    /** Returns a target by its name. */
    public Tensor target(String name) {
        return targets.at(name);
    }

    /** Returns names and types of inputs and targets. */
    @Override
    public String toString() {
        return inputs + " → " + targets;
    }
}
