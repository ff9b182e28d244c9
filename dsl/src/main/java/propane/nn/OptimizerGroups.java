package propane.nn;

import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.List;

/**
 * Several optimizers, each for some of the weights; the first that includes a weight updates it.
 *
 * @param groups the optimizers; one that is no {@link OptimizerGroup} takes all that is left
 */
public record OptimizerGroups(List<Optimizer> groups) implements Optimizer {
    /**
     * Returns the optimizer of a weight.
     *
     * @throws UnknownNameException if no group includes it
     */
    public Optimizer of(Weight weight) {
        for (Optimizer optimizer : groups) {
            if (!(optimizer instanceof OptimizerGroup group) || group.which().includes(weight)) {
                return optimizer;
            }
        }
        throw new UnknownNameException(
                "groups: no group includes the trainable weight "
                        + weight.path()
                        + "\n    to mend it: freeze it, or add a group that includes it");
    }

    @Override
    public Schedule learningRate() {
        return groups.getFirst().learningRate();
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        return of(slots.weight()).update(slots, gradient, weight);
    }
}
