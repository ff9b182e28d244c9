package propane.nn.loss;

import propane.nn.rule.BinaryPredictions;
import propane.spi.op.LossOp;
import propane.tensor.Tensor;

/** The cross-entropy of a sigmoid. */
record BinaryCrossEntropy() implements Loss.Elementwise {
    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        Tensor wanted = BinaryPredictions.of("binaryCrossEntropy", prediction, target);
        return LossTerms.of(Tensor.of(new LossOp.SigmoidCrossEntropy(prediction, wanted)));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.SIDES;
    }

    @Override
    public OutputKind outputKind() {
        return OutputKind.LOGITS_OF_SIDES;
    }
}
