package propane.nn;

import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.Arrays;
import java.util.Comparator;
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
                        + nearest(weight.path())
                        + "\n    to mend it: freeze it, or add a group that includes it");
    }

    /** Names the group whose path comes nearest to the beginning of a weight's. */
    private String nearest(String path) {
        return groups.stream()
                .filter(OptimizerGroup.class::isInstance)
                .map(group -> ((OptimizerGroup) group).which())
                .filter(Parameters.Under.class::isInstance)
                .map(which -> ((Parameters.Under) which).path())
                .min(Comparator.comparingDouble(under -> difference(under, path)))
                .map(under -> "; the nearest is of under(\"" + under + "\")")
                .orElse("");
    }

    /** The share of letters by which a path differs from as many segments of a weight's. */
    private static double difference(String under, String path) {
        String[] segments = path.split("/");
        long wanted = Math.min(under.split("/").length, segments.length);
        String beginning = String.join("/", Arrays.asList(segments).subList(0, (int) wanted));
        int longer = Math.max(1, Math.max(under.length(), beginning.length()));
        return (double) UnknownNameException.distance(under, beginning) / longer;
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
