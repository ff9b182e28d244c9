package propane.train.trace;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.optimizer.Optimizer;
import propane.nn.rule.Randomness;
import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;
import propane.train.step.Gradients;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The updates of weights in one tracing of a step, and what optimizers keep and follow in it. */
final class WeightUpdates {
    private final Model model;
    private final ModelTrace trace;
    private final boolean accumulates;
    private final TracedSlots slots;
    private final Map<String, Integer> known;
    private final Tensor first = Randomness.UPDATES.tensor().add(1).cast(DType.FLOAT32);
    private final Map<String, Tensor> updated = new LinkedHashMap<>();
    private final Map<String, Tensor> given = new HashMap<>();
    private final List<Tensor> taken = new ArrayList<>();
    private final Set<String> unreached = new LinkedHashSet<>();
    private final Set<String> reached = new LinkedHashSet<>();
    private final Map<Optimizer, Rate> rates = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Integer> repeats = new LinkedHashMap<>();
    private final Map<String, ScheduledSetting> scheduled = new LinkedHashMap<>();

    /**
     * Begins a step.
     *
     * @param accumulates whether several batches make one update
     * @param known how often optimizers update a weight in one step, where it is more than once
     */
    WeightUpdates(
            Model model,
            ModelTrace trace,
            boolean accumulates,
            TracedSlots slots,
            Map<String, Integer> known) {
        this.model = model;
        this.trace = trace;
        this.accumulates = accumulates;
        this.slots = slots;
        this.known = known;
    }

    /**
     * Updates the weights that a loss reaches; the others keep what they are, decay included.
     *
     * @param current values that updates before left, by path
     * @return the new values by path
     */
    Map<String, Tensor> update(
            Gradients gradients, Optimizer optimizer, Map<String, Tensor> current) {
        optimizer.requireUse(model);
        var after = new LinkedHashMap<String, Tensor>();
        gradients
                .values()
                .forEach((weight, gradient) -> {
                    String path = weight.path();
                    if (gradients.isReached(weight)) {
                        reached.add(path);
                        Tensor value = current.getOrDefault(path, trace.tensor(path));
                        update(weight, gradient, optimizer.of(weight), value);
                        // As after a step of its own: what follows is not differentiated through
                        // it.
                        given.put(path, updated.get(path).stopGradient());
                        after.put(path, given.get(path));
                    } else {
                        unreached.add(path);
                    }
                });
        return after;
    }

    /** Returns the weights that were to be updated and that no loss reaches. */
    Set<String> unreached() {
        var without = new LinkedHashSet<>(unreached);
        without.removeAll(reached);
        return without;
    }

    private void update(Weight weight, Tensor gradient, Optimizer optimizer, Tensor value) {
        boolean isFollowing = updated.containsKey(weight.path());
        if (isFollowing && given.get(weight.path()) != value) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "update: the weight "
                                            + weight.path()
                                            + " is updated twice in one step, from the same value")
                            .operand("weight", weight.port().tensor())
                            .operand("gradient", gradient)
                            .fix(
                                    "add the gradients and update once, or go on with the model"
                                            + " that update(…) returns"));
        }
        if (isFollowing && accumulates) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "update: the weight "
                                            + weight.path()
                                            + " is updated several times in one step, and several"
                                            + " batches make one update")
                            .operand("weight", weight.port().tensor())
                            .operand("gradient", gradient)
                            .fix("leave out gradientAccumulation(…)"));
        }
        requireWeights(
                "the gradient", gradient, value, "keep gradients' shapes where they are changed");
        taken.add(gradient);
        Rate rate = rate(optimizer);
        var own = new Slots(rate, weight, nth(rate.optimizer(), weight));
        Tensor change =
                Preconditions.returned(optimizer.kind(), optimizer.update(own, gradient, value));
        requireWeights(
                "what " + optimizer.kind() + " takes away",
                change,
                value,
                "return a tensor of the weight's type");
        updated.put(weight.path(), value.sub(change));
    }

    /** Returns how many updates of a weight an optimizer has made in the step before this one. */
    private int nth(String optimizer, Weight weight) {
        int count = counts.merge(optimizer + " " + weight.path(), 1, Integer::sum);
        repeats.merge(optimizer, count, Math::max);
        return count - 1;
    }

    /** Returns how often each optimizer updates a weight in one step. */
    Map<String, Integer> repeats() {
        return repeats;
    }

    /**
     * Returns the number of an update, from 1 on, as optimizers count; float32 [1].
     *
     * @param nth how many updates came before it in this step
     */
    private Tensor count(String optimizer, int nth) {
        int all = known.getOrDefault(optimizer, 1);
        return all == 1
                ? first
                : Randomness.UPDATES.tensor().mul(all).add(nth + 1).cast(DType.FLOAT32);
    }

    /** A tensor of another shape might broadcast without a word. */
    private static void requireWeights(String what, Tensor given, Tensor weight, String fix) {
        if (!given.type().equals(weight.type())) {
            String rule =
                    what + " must be " + weight.type() + " as the weight is, got " + given.type();
            throw new ShapeException(
                    Problem.of("update", rule)
                            .at(given.source())
                            .operand("weight", weight)
                            .operand("given", given)
                            .fix(fix));
        }
    }

    /**
     * Returns an optimizer's rate, which names it: its kind, numbered from the second of one on.
     */
    private Rate rate(Optimizer optimizer) {
        return rates.computeIfAbsent(
                optimizer,
                _ -> {
                    String kind = optimizer.kind();
                    long before = rates.values().stream().filter(rate -> isOf(rate, kind)).count();
                    String name = before == 0 ? kind : kind + "_" + (before + 1);
                    return new Rate(name, optimizer.learningRate());
                });
    }

    private static boolean isOf(Rate rate, String kind) {
        return rate.optimizer().matches(Pattern.quote(kind) + "(_\\d+)?");
    }

    /** Returns what a setting of an optimizer is in this step; a port only where it changes. */
    private Tensor scheduled(String optimizer, String name, Schedule schedule, double below) {
        if (ScheduleForm.isConstant(schedule)) {
            return Tensor.constant(schedule.at(0));
        }
        Port port = Rate.setting(optimizer, name);
        var setting = new ScheduledSetting(port, schedule, below);
        if (!scheduled.computeIfAbsent(port.name(), _ -> setting).equals(setting)) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "scheduled: "
                                            + port
                                            + " follows one schedule for all weights, and was given"
                                            + " two")
                            .operand("setting", port.tensor())
                            .fix("keep the schedule in a field, or give the settings two names"));
        }
        return port.tensor();
    }

    /** Returns the settings beside learning rates that follow schedules. */
    List<ScheduledSetting> scheduled() {
        return List.copyOf(scheduled.values());
    }

    /** Returns the learning rates of the optimizers that update weights. */
    List<Rate> rates() {
        return List.copyOf(rates.values());
    }

    /** Returns the optimizers that update weights, by their names. */
    Map<String, Optimizer> optimizers() {
        var named = new LinkedHashMap<String, Optimizer>();
        rates.forEach((optimizer, rate) -> named.put(rate.optimizer(), optimizer));
        return named;
    }

    /**
     * Returns the norm of all gradients as optimizers have them: a number only if all of them and
     * their squares are; [1].
     */
    Tensor gradientNorm() {
        return Gradients.globalNorm(taken).reshape(1);
    }

    /** Returns the new values of weights, by path. */
    Map<String, Tensor> updated() {
        return updated;
    }

    /** What an optimizer sees of one weight while a step is traced. */
    private final class Slots implements Optimizer.Slots {
        private final Rate rate;
        private final Weight weight;
        private final int nth;
        private final Map<Tensor, TracedSlot> own = new IdentityHashMap<>();

        /**
         * Makes what an update sees.
         *
         * @param rate the learning rate of the optimizer, which names it
         * @param nth how many updates of the weight by the optimizer came before it in this step
         */
        Slots(Rate rate, Weight weight, int nth) {
            this.nth = nth;
            this.rate = rate;
            this.weight = weight;
        }

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public boolean selects(WeightFilter which) {
            model.requireMatch("mask", which);
            return which.includes(weight);
        }

        @Override
        public Tensor slot(String name) {
            return slot(name, weight.shape(), Initializers.zeros());
        }

        @Override
        public Tensor slot(String name, Shape shape, Initializer initializer) {
            String path = rate.optimizer() + "/" + name + "/" + weight.path();
            Port port = new Port(path, Role.SLOT, TensorType.float32(shape));
            TracedSlot slot = slots.at(port, initializer);
            Tensor value = nth == 0 ? slot.current() : slot.latest();
            own.put(value, slot);
            return value;
        }

        @Override
        public void set(Tensor slot, Tensor value) {
            if (!own.containsKey(slot)) {
                throw new UnknownNameException("set: the first operand is no slot, but " + slot);
            }
            TracedSlot known = own.get(slot);
            if (!value.type().equals(slot.type())) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "set: the slot "
                                                + known.slot().port()
                                                + " was given "
                                                + value)
                                .operand("slot", known.slot().port().tensor())
                                .operand("value", value));
            }
            known.next(value);
        }

        @Override
        public Tensor learningRate() {
            return rate.port().tensor();
        }

        @Override
        public Tensor scheduled(String name, Schedule schedule, double below) {
            return WeightUpdates.this.scheduled(rate.optimizer(), name, schedule, below);
        }

        @Override
        public Tensor step() {
            return count(rate.optimizer(), nth);
        }
    }
}
