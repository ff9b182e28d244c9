package propane.nn.loss;

import propane.nn.rule.ElementMeans;
import propane.tensor.Tensor;

/** The mean absolute difference. */
record MeanAbsoluteError() implements Loss.Elementwise {
    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("meanAbsoluteError", prediction, target);
        return LossTerms.of(prediction.sub(target).abs());
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
