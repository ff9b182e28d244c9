package propane.nn;

import propane.tensor.DType;
import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * The share of examples whose label's output is among the largest.
 *
 * @param places how many outputs count as the largest
 */
record Accuracy(int places) implements Metric.ByExample {
    Accuracy {
        Setting.atLeast(1, "topKAccuracy: k", places);
    }

    @Override
    public String name() {
        return places == 1 ? "accuracy" : "top_" + places + "_accuracy";
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        if (target.dtype() != DType.INT32 && (prediction.rank() == 1 || prediction.dim(-1) == 1)) {
            return ElementMeans.mean(Sides.of(prediction, 0).right(target));
        }
        Tensor labels = target.dtype() == DType.INT32 ? target : target.argmax(-1);
        // No more outputs lie above the label's own than there are places before the last.
        Tensor own = prediction.mul(labels.oneHot(prediction.dim(-1))).sumKeeping(-1);
        Tensor larger = prediction.greater(own).cast(DType.FLOAT32);
        return ElementMeans.mean(larger.sum(-1).less(places - 0.5).cast(DType.FLOAT32));
    }
}
