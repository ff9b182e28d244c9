package propane.nn.loss;

import propane.nn.rule.BinaryPredictions;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * The hinge loss of support vector machines.
 *
 * @param margin how far on its side a prediction is to be; 1 by default
 */
record Hinge(double margin) implements Loss.Elementwise {
    Hinge {
        Preconditions.notNegative("hinge: the margin", margin);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        Tensor isAbove = BinaryPredictions.of("hinge", prediction, target).greater(0);
        Tensor beyond = isAbove.where(prediction.neg(), prediction);
        return LossTerms.of(beyond.add(margin).relu());
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.SIGNS;
    }
}
