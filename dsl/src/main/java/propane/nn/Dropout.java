package propane.nn;

import propane.tensor.DType;
import propane.tensor.ElementwiseBinary;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

/**
 * Dropout (Srivastava et al., 2014): in training each element is 0 with a probability, else divided
 * by the probability of staying; in predicting, and in a frozen part, all stay as they are.
 *
 * @param rate the probability, from 0 up to but not including 1
 */
public record Dropout(double rate) implements Layer {
    /** Checks the probability. */
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new ShapeException("dropout: the rate must be from 0 up to 1, got " + rate);
        }
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        if (!scope.training() || rate == 0) {
            return x;
        }
        Tensor drawn = scope.uniform(x.shape());
        Tensor stays = Tensor.of(new ElementwiseBinary.GreaterEqual(drawn, Tensor.constant(rate)));
        return x.mul(stays.cast(DType.FLOAT32).mul(1 / (1 - rate)));
    }
}
