package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.tensor.Tensor;

/** A part of an optimizer for some of the weights. */
record Masked(GradientTransform transform, WeightFilter mask) implements GradientTransform {
    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        return slots.selects(mask) ? transform.apply(slots, update, weight) : update;
    }

    @Override
    public String kind() {
        return transform.kind();
    }
}
