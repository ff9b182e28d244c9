package propane.nn.loss;

import propane.spi.Preconditions;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Losses that count more or less than as they stand. */
final class ScaledLoss {
    private ScaledLoss() {}

    private static double checked(double factor) {
        return Preconditions.notNegative("lossWeight: the factor", factor);
    }

    record Whole(Loss loss, double factor) implements Loss {
        Whole {
            checked(factor);
        }

        @Override
        public Tensor of(Tensor prediction, Tensor target) {
            return loss.of(prediction, target).mul(factor);
        }

        @Override
        public LossSum sum(Tensor prediction, Tensor target) {
            return loss.sum(prediction, target).times(factor);
        }

        @Override
        public LossSum sum(Tensor prediction, Tensor target, Tensor weights) {
            return loss.sum(prediction, target, weights).times(factor);
        }

        @Override
        public TensorType target(TensorType prediction) {
            return loss.target(prediction);
        }

        @Override
        public TargetKind targetKind() {
            return loss.targetKind();
        }

        @Override
        public OutputKind outputKind() {
            return loss.outputKind();
        }

        @Override
        public List<Integer> ignoredIndices() {
            return loss.ignoredIndices();
        }

        @Override
        public boolean ignoresNaN() {
            return loss.ignoresNaN();
        }
    }

    record Each(Loss.PerElement loss, double factor) implements Loss.PerElement {
        Each {
            checked(factor);
        }

        @Override
        public LossTerms terms(Tensor prediction, Tensor target) {
            return loss.terms(prediction, target).times(factor);
        }

        @Override
        public TensorType target(TensorType prediction) {
            return loss.target(prediction);
        }

        @Override
        public TargetKind targetKind() {
            return loss.targetKind();
        }

        @Override
        public OutputKind outputKind() {
            return loss.outputKind();
        }

        @Override
        public List<Integer> ignoredIndices() {
            return loss.ignoredIndices();
        }

        @Override
        public boolean ignoresNaN() {
            return loss.ignoresNaN();
        }
    }
}
