package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Dropout (Srivastava et al., 2014): in training each element is 0 with a probability, else divided
 * by the probability of staying; at inference, and in a frozen part, all stay as they are.
 *
 * @param rate the probability, from 0 up to but not including 1
 * @param isSpatial whether all elements of a channel of an example stay or go together
 */
record Dropout(double rate, boolean isSpatial) implements Layer {
    /** Checks the probability. */
    Dropout {
        Preconditions.belowOne((isSpatial ? "spatialDropout" : "dropout") + ": the rate", rate);
    }

    @Override
    public String kind() {
        return isSpatial ? "spatial_dropout" : "dropout";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        if (!scope.training() || rate == 0) {
            return x;
        }
        Shape drawn = x.shape();
        for (int axis = 2; isSpatial && axis < x.rank(); axis++) {
            drawn = drawn.with(axis, 1);
        }
        Tensor stays = scope.uniform(drawn).greaterEqual(rate);
        return stays.where(x.mul(1 / (1 - rate)), Tensor.full(x.type().with(Shape.shape()), 0));
    }
}
