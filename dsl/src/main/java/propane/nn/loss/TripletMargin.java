package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * The loss of an anchor that is to be nearer to one thing than to another (Schroff et al., 2015):
 * max(0, ‖a − p‖ − ‖a − n‖ + margin) over the last axis. It takes three outputs of a model, so a
 * step of one's own uses it.
 *
 * {@snippet :
 * var x = NDArray.of(new float[][] {{0, 0, 0.1f}, {1, 0, 0.9f}, {0, 1, 0.2f}, {1, 1, 0.8f}});
 * Step step = (model, batch) -> {
 *     Tensor places = model.predict(batch.x());
 *     Tensor near = places.slice(0, 2, 4);
 *     var error = tripletMargin().of(places.slice(0, 0, 2), near, near.mul(-1));
 *     model.update(gradients(error, model), adam(1e-2));
 *     return StepOutputs.of(loss(), error);
 * };
 * try (var trainer = training(model(input(3), dense(2))).step(step).batch(4).seed(1).compile()) {
 *     trainer.fit(Dataset.of(x), epochs(20), progress());
 * }
 * }
 *
 * @param margin how much nearer; 1 by default
 */
public record TripletMargin(double margin) {
    /** PyTorch's, inside the norm: it keeps equal things differentiable. */
    private static final double EPSILON = 1e-6;

    /** Checks the settings. */
    public TripletMargin {
        Preconditions.notNegative("tripletMargin: the margin", margin);
    }

    /** Returns the loss of each example, [batch]. */
    public Tensor each(Tensor anchor, Tensor positive, Tensor negative) {
        Tensor near = distance(anchor, positive);
        Tensor far = distance(anchor, negative);
        return ElementMeans.mean(near.sub(far).add(margin).relu());
    }

    /** Returns the mean loss of a batch. */
    public Tensor of(Tensor anchor, Tensor positive, Tensor negative) {
        return each(anchor, positive, negative).mean();
    }

    private static Tensor distance(Tensor x, Tensor y) {
        return x.sub(y).add(EPSILON).norm(-1);
    }
}
