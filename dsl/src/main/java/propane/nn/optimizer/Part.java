package propane.nn.optimizer;

import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.Collectors;

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

    /** Returns kind and settings, for example {@code momentum(0.9, 0.0, false)}. */
    @Override
    public String toString() {
        return settings.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", kind + "(", ")"));
    }
}
