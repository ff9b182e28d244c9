package propane.nn;

import propane.tensor.DType;
import propane.tensor.Tensor;

/** The built-in metrics as values. */
final class Metrics {
    private Metrics() {}

    record Loss() implements Metric {
        @Override
        public String name() {
            return "loss";
        }

        @Override
        public boolean largerIsBetter() {
            return false;
        }
    }

    record Scalar(String name) implements Metric {}

    record Accuracy() implements Metric.ByExample {
        @Override
        public String name() {
            return "accuracy";
        }

        @Override
        public Tensor each(Tensor prediction, Tensor target) {
            // The label's output is the largest: no output lies above it.
            Tensor own = prediction.mul(target.oneHot(prediction.dim(-1))).sumKeeping(-1);
            Tensor larger = prediction.greater(own).cast(DType.FLOAT32);
            Tensor right = larger.sumKeeping(-1).less(0.5).cast(DType.FLOAT32);
            return right.reshape(prediction.dim(0), -1).mean(1);
        }
    }
}
