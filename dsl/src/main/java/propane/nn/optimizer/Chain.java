package propane.nn.optimizer;

import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.HashSet;
import java.util.List;

/**
 * An optimizer that is made of parts, each of which goes on with what the one before returned.
 *
 * @param transforms the parts, of which one scales by the learning rate
 */
record Chain(List<GradientTransform> transforms) implements Optimizer {
    Chain {
        transforms = List.copyOf(transforms);
    }

    @Override
    public Schedule learningRate() {
        var rates =
                transforms.stream()
                        .filter(ScaleByLearningRate.class::isInstance)
                        .map(each -> ((ScaleByLearningRate) each).learningRate())
                        .toList();
        if (rates.size() != 1) {
            throw new PropaneException(
                    Problem.ofRule(
                                    kind()
                                            + ": one part scales by the learning rate, got "
                                            + rates.size()
                                            + " in "
                                            + transforms.stream()
                                                    .map(GradientTransform::kind)
                                                    .toList())
                            .fix("give it one scaleByLearningRate(…)"));
        }
        return rates.getFirst();
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        var taken = new HashSet<String>();
        Tensor update = gradient;
        for (GradientTransform each : transforms) {
            Tensor next =
                    Preconditions.returned(
                            each.kind(), each.apply(new PartSlots(slots, taken), update, weight));
            if (!next.type().equals(weight.type())) {
                throw new ShapeException(
                        Problem.ofRule(
                                        each.kind()
                                                + ": returns what the weight is, "
                                                + weight.type()
                                                + ", got "
                                                + next)
                                .operand("weight", weight)
                                .operand("update", next)
                                .fix("return a tensor of the weight's type"));
            }
            update = next;
        }
        return update;
    }
}
