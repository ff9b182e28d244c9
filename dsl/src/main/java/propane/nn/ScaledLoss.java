package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Losses that count more or less than as they stand. */
final class ScaledLoss {
    private ScaledLoss() {}

    private static double checked(double factor) {
        return Setting.notNegative("times: the factor", factor);
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
        public TensorType target(TensorType prediction) {
            return loss.target(prediction);
        }

        @Override
        public List<Integer> ignored() {
            return loss.ignored();
        }
    }

    record Each(Loss.ByExample loss, double factor) implements Loss.ByExample {
        Each {
            checked(factor);
        }

        @Override
        public Tensor each(Tensor prediction, Tensor target) {
            return loss.each(prediction, target).mul(factor);
        }

        /** A mean of a batch may be another one than that over examples. */
        @Override
        public Tensor of(Tensor prediction, Tensor target) {
            return loss.of(prediction, target).mul(factor);
        }

        @Override
        public TensorType target(TensorType prediction) {
            return loss.target(prediction);
        }

        @Override
        public List<Integer> ignored() {
            return loss.ignored();
        }
    }
}
