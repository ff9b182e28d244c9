package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.tensor.Tensor;

/** The mean squared difference. */
record MeanSquaredError() implements Loss.Elementwise {
    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("meanSquaredError", prediction, target);
        return LossTerms.of(prediction.sub(target).square());
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
