package propane.nn;

import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * A loss of distances (Hadsell et al., 2006): the distance itself where the target is 1, max(0,
 * margin − distance) where it is −1, which may be written 0; the mean over all elements. Targets
 * may be whole numbers.
 *
 * {@snippet :
 * var lengths = new float[][] {{1}, {2}, {3}, {4}}; // the short ones belong together
 * var alike = Dataset.of(lengths, new float[][] {{1}, {1}, {-1}, {-1}});
 * var model = model(input(1), sequential(dense(1), softplus()));
 * var training = training(model).loss(hingeEmbedding())
 *         .optimizer(adam(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(alike, epochs(50));
 *     System.out.println(trainer.evaluate(alike));
 * }
 * }
 *
 * @param margin how far apart things with target −1 are to be; 1 by default
 */
public record HingeEmbedding(double margin) implements Loss.Elementwise {
    /** Checks the settings. */
    public HingeEmbedding {
        Preconditions.notNegative("hingeEmbedding: the margin", margin);
    }

    /** Returns this loss with another margin. */
    public HingeEmbedding margin(double of) {
        return new HingeEmbedding(of);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        Tensor isNear = BinaryPredictions.of("hingeEmbedding", prediction, target).greater(0);
        Tensor apart = prediction.neg().add(margin).relu();
        return LossTerms.of(isNear.where(prediction, apart));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.SIGNS;
    }
}
