package propane.train.step;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.port.Rate;

import java.util.IdentityHashMap;
import java.util.Map;

/** What an optimizer sees of one weight while a step is traced. */
final class WeightSlots implements Optimizer.Slots {
    private final StepTrace trace;
    private final Rate rate;
    private final Weight weight;
    private final int nth;
    private final Map<Tensor, StepTrace.Slot> slots = new IdentityHashMap<>();

    /**
     * Makes what an update sees.
     *
     * @param rate the learning rate of the optimizer, which names it
     * @param nth how many updates of the weight by the optimizer came before it in this step
     */
    WeightSlots(StepTrace trace, Rate rate, Weight weight, int nth) {
        this.nth = nth;
        this.trace = trace;
        this.rate = rate;
        this.weight = weight;
    }

    @Override
    public Weight weight() {
        return weight;
    }

    @Override
    public boolean selects(WeightFilter which) {
        trace.requireMatch("mask", which);
        return which.includes(weight);
    }

    @Override
    public Tensor slot(String name) {
        return slot(name, weight.shape(), Initializers.zeros());
    }

    @Override
    public Tensor slot(String name, Shape shape, Initializer initializer) {
        String path = rate.optimizer() + "/" + name + "/" + weight.path();
        StepTrace.Slot slot = trace.slot(path, TensorType.float32(shape), initializer);
        Tensor value = nth == 0 ? slot.current() : slot.latest();
        slots.put(value, slot);
        return value;
    }

    @Override
    public void set(Tensor slot, Tensor value) {
        if (!slots.containsKey(slot)) {
            throw new UnknownNameException(
                    Problem.ofRule("set: the first operand is no slot, but " + slot)
                            .operand("slot", slot));
        }
        StepTrace.Slot known = slots.get(slot);
        if (!value.type().equals(slot.type())) {
            throw new ShapeException(
                    Problem.ofRule("set: the slot " + known.port() + " was given " + value)
                            .operand("slot", known.port().tensor())
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
        return trace.scheduled(rate.optimizer(), name, schedule, below);
    }

    @Override
    public Tensor step() {
        return trace.updates(rate.optimizer(), nth);
    }
}
