package propane.nn;

import propane.tensor.Tensor;

import java.util.function.UnaryOperator;

/**
 * A layer without weights.
 *
 * @param kind what it is called in paths
 * @param operation what it does
 */
record Pointwise(String kind, UnaryOperator<Tensor> operation) implements Layer {
    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return operation.apply(x);
    }
}
