package propane.nn;

import propane.tensor.DType;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;

/**
 * The area under the receiver operating characteristic: the probability that an example of a class
 * has a larger output than one that is not of it (Hanley and McNeil, 1982). Of int32 labels it is
 * the mean over classes, each against the rest; of targets of 0 or 1, over outputs, which are
 * logits.
 *
 * <p>Outputs z are counted in {@value #BINS} bins, evenly spread over σ(z / 4); within a bin, one
 * of two counts as larger half of the time. Classes that all or none of the examples are of do not
 * count; where there is no other one, the area is ½.
 */
public record AreaUnderCurve() implements Metric.Single {
    /** The number of bins. */
    private static final int BINS = 1024;

    private static final double LEAST = 1e-3;

    @Override
    public String name() {
        return "auc";
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        boolean isOfLabels = target.dtype() == DType.INT32;
        if (!isOfLabels && !target.shape().equals(prediction.shape())) {
            throw new ShapeException(
                    "auc: targets must be int32 labels, or 0 or 1 for each output; the outputs are "
                            + prediction
                            + ", the targets "
                            + target);
        }
        int batch = prediction.dim(0);
        int classes = prediction.rank() == 1 ? 1 : prediction.dim(-1);
        Tensor logits = isOfLabels ? againstRest(prediction) : prediction;
        Tensor actual = isOfLabels ? target.oneHot(prediction.dim(-1)) : Sides.ofTargets(target);
        Tensor place = logits.mul(0.25).sigmoid().mul(BINS).clip(0, BINS - 1);
        Tensor bins = byClass(place, classes).floor().cast(DType.INT32).oneHot(BINS);
        Tensor of = byClass(actual, classes);
        Tensor weights = Tensor.stack(1, List.of(of, of.mul(-1).add(1)));
        // [classes, 2, n] · [classes, n, bins]
        return weights.mul(1.0 / batch).matmul(bins);
    }

    /** Returns ln((p + ε) / (1 − p + ε)) of the softmax p, with an ε that float16 knows. */
    private static Tensor againstRest(Tensor logits) {
        Tensor p = logits.softmax(-1);
        return p.add(LEAST).log().sub(p.mul(-1).add(1 + LEAST).log());
    }

    private static Tensor byClass(Tensor elements, int classes) {
        return elements.reshape(-1, classes).transpose(1, 0);
    }

    @Override
    public double value(double[] sums, double examples) {
        double areas = 0;
        int counted = 0;
        for (int from = 0; from < sums.length; from += 2 * BINS) {
            double above = 0;
            double of = 0;
            double others = 0;
            for (int bin = 0; bin < BINS; bin++) {
                double here = sums[from + bin];
                double other = sums[from + BINS + bin];
                above += here * (others + other / 2);
                of += here;
                others += other;
            }
            if (of > 0 && others > 0) {
                areas += above / (of * others);
                counted++;
            }
        }
        return counted == 0 ? 0.5 : areas / counted;
    }
}
