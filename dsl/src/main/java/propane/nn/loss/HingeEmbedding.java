package propane.nn.loss;

import propane.nn.rule.BinaryPredictions;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * A loss of distances.
 *
 * @param margin how far apart things with target −1 are to be; 1 by default
 */
record HingeEmbedding(double margin) implements Loss.Elementwise {
    HingeEmbedding {
        Preconditions.notNegative("hingeEmbedding: the margin", margin);
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
