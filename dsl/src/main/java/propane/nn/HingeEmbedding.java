package propane.nn;

import propane.tensor.Tensor;

/**
 * A loss of distances (Hadsell et al., 2006): the distance itself where the target is 1, max(0,
 * margin − distance) where it is −1; the mean over each example.
 *
 * @param margin how far apart things with target −1 are to be; 1 at first
 */
public record HingeEmbedding(double margin) implements Loss.ByExample {
    /** Returns this loss with another margin. */
    public HingeEmbedding margin(double of) {
        return new HingeEmbedding(of);
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        Tensor apart = prediction.neg().add(margin).relu();
        return ByElement.mean(target.greater(0).where(prediction, apart));
    }
}
