package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Tensor;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A layer without weights. Kind and settings say what it does, so that two made alike are equal.
 *
 * @param kind what it is called in paths
 * @param settings the numbers that the operation depends on
 * @param operation what it does
 */
record Pointwise(String kind, List<Double> settings, UnaryOperator<Tensor> operation)
        implements Layer {
    Pointwise(String kind, UnaryOperator<Tensor> operation) {
        this(kind, List.of(), operation);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return operation.apply(x);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pointwise that
                && kind.equals(that.kind)
                && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + settings.hashCode();
    }

    /** Returns kind and settings, for example {@code leaky_relu(0.01)}. */
    @Override
    public String toString() {
        return settings.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", kind + "(", ")"));
    }
}
