package propane.nn.optimizer;

import propane.nn.Initializer;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /**
     * What one part of an optimizer keeps: a name that a part before it took is numbered, so that
     * no two parts share a slot.
     */
    private record PartSlots(Optimizer.Slots slots, Set<String> taken, Map<String, String> own)
            implements Optimizer.Slots {
        PartSlots(Optimizer.Slots slots, Set<String> taken) {
            this(slots, taken, new HashMap<>());
        }

        private String own(String name) {
            return own.computeIfAbsent(name, _ -> free(name, 1));
        }

        private String free(String name, int number) {
            String free = number == 1 ? name : name + "_" + number;
            return taken.add(free) ? free : free(name, number + 1);
        }

        @Override
        public Weight weight() {
            return slots.weight();
        }

        @Override
        public boolean selects(WeightFilter which) {
            return slots.selects(which);
        }

        @Override
        public Tensor slot(String name) {
            return slots.slot(own(name));
        }

        @Override
        public Tensor slot(String name, Shape shape, Initializer initializer) {
            return slots.slot(own(name), shape, initializer);
        }

        @Override
        public void set(Tensor slot, Tensor value) {
            slots.set(slot, value);
        }

        @Override
        public Tensor learningRate() {
            return slots.learningRate();
        }

        @Override
        public Tensor scheduled(String name, Schedule schedule, double below) {
            return slots.scheduled(own(name), schedule, below);
        }

        @Override
        public Tensor step() {
            return slots.step();
        }
    }
}
