package propane.train;

import propane.nn.Initializer;
import propane.nn.Optimizer;
import propane.nn.Parameters;
import propane.nn.Weight;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** What an optimizer sees of one weight while a step is traced. */
final class WeightSlots implements Optimizer.Slots {
    private final StepTrace trace;
    private final String optimizer;
    private final Weight weight;

    WeightSlots(StepTrace trace, String optimizer, Weight weight) {
        this.trace = trace;
        this.optimizer = optimizer;
        this.weight = weight;
    }

    @Override
    public Weight weight() {
        return weight;
    }

    @Override
    public boolean selects(Parameters which) {
        trace.requireMatch("decaying", which);
        return which.includes(weight);
    }

    @Override
    public Tensor slot(String name) {
        return slot(name, weight.shape(), Initializer.zeros());
    }

    @Override
    public Tensor slot(String name, Shape shape, Initializer initializer) {
        String path = optimizer + "/" + name + "/" + weight.path();
        return trace.slot(path, TensorType.float32(shape), initializer).current();
    }

    @Override
    public void set(Tensor slot, Tensor value) {
        StepTrace.Slot known = trace.slot(slot);
        if (!value.type().equals(slot.type())) {
            throw new ShapeException("set: the slot " + known.port() + " was given " + value);
        }
        known.next(value);
    }

    @Override
    public Tensor learningRate() {
        return StepTrace.ratePort(optimizer).tensor();
    }

    @Override
    public Tensor step() {
        return trace.updates();
    }
}
