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
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(64).take(64);
 * var model = model(input(64), sequential(dense(32), relu(), dropout(0.2), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param rate the probability, from 0 up to but not including 1
 * @param isSpatial whether all elements of a channel of an example stay or go together
 */
public record Dropout(double rate, boolean isSpatial) implements Layer {
    /** Checks the probability. */
    public Dropout {
        Preconditions.belowOne("dropout: the rate", rate);
    }

    /**
     * Returns this layer with whole channels of [n, channels, …] that stay or go together (Tompson
     * et al., 2015).
     */
    public Dropout spatial() {
        return new Dropout(rate, true);
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
