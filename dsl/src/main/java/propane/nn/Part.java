package propane.nn;

import propane.tensor.Tensor;

import java.util.List;

/**
 * A built-in part of an optimizer: what it is called and set to, which a checkpoint keeps, and what
 * it does.
 */
record Part(String kind, List<Object> settings, GradientTransform does)
        implements GradientTransform {
    static Part of(String kind, GradientTransform does, Object... settings) {
        return new Part(kind, List.of(settings), does);
    }

    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        return does.apply(slots, update, weight);
    }
}
