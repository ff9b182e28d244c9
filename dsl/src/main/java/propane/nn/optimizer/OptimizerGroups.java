package propane.nn.optimizer;

import propane.nn.Model;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.rule.Names;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
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
record OptimizerGroups(List<Optimizer> groups) implements Optimizer {
    OptimizerGroups {
        groups = List.copyOf(groups);
        Preconditions.atLeast(1, "paramGroups: the number of optimizers", groups.size());
        for (Optimizer each : groups.subList(0, groups.size() - 1)) {
            if (!(each instanceof OptimizerGroup)) {
                throw new PropaneException(
                        Problem.ofRule(
                                        "paramGroups: "
                                                + each.kind()
                                                + " takes all weights that are left, so that groups"
                                                + " after it have none")
                                .fix("put it last, or give it some weights, .paramGroup(…)"));
            }
        }
    }

    @Override
    public void requireUse(Model model) {
        for (Optimizer each : groups) {
            if (each instanceof OptimizerGroup(_, WeightFilter which)) {
                model.requireMatch("paramGroups", which);
            }
        }
        for (Optimizer each : groups) {
            if (each instanceof OptimizerGroup(_, WeightFilter which)
                    && model.parameters().stream()
                            .noneMatch(weight -> which.includes(weight) && of(weight) == each)) {
                throw new UnknownNameException(
                        Problem.ofRule(
                                        "paramGroups: groups before "
                                                + Names.text(which, "of weights")
                                                + " include all of its weights; the first that"
                                                + " includes a weight updates it")
                                .fix("put it before them, or leave it away"));
            }
        }
    }

    @Override
    public Optimizer of(Weight weight) {
        for (Optimizer optimizer : groups) {
            if (!(optimizer instanceof OptimizerGroup group) || group.which().includes(weight)) {
                return optimizer;
            }
        }
        throw new UnknownNameException(
                Problem.ofRule(
                                "paramGroups: no group includes the trainable weight "
                                        + weight.path())
                        .fix(
                                nearest(weight.path())
                                        + "freeze it, or add a group that includes it; an optimizer"
                                        + " without paramGroup(…) as the last takes all that is"
                                        + " left"));
    }

    /** Names the group whose path comes nearest to the beginning of a weight's. */
    private String nearest(String path) {
        return groups.stream()
                .filter(OptimizerGroup.class::isInstance)
                .map(group -> ((OptimizerGroup) group).which())
                .filter(WeightFilter.Under.class::isInstance)
                .map(which -> ((WeightFilter.Under) which).path())
                .min(Comparator.comparingDouble(under -> difference(under, path)))
                .map(under -> "did you mean it by under(\"" + under + "\")? Else ")
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
