package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.rule.ClassLabels;
import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * The area under the receiver operating characteristic: the probability that an example of a class
 * has a larger output than one that is not of it, equal ones counting half (Hanley and McNeil,
 * 1982). It is exact, by the ranks of all outputs of a dataset, which the host collects: 4 bytes on
 * the device and 8 on the host for each. {@link #binned} counts them instead.
 *
 * <p>Of int32 labels, and of targets that are shares of the classes, it is the mean over classes,
 * each against the rest, by the odds of the softmax; of a single output, and of several that are
 * {@link #multiLabel each asked for}, the mean over outputs with targets of 0 or 1. An output that
 * is not a number ranks where it is wrong. Classes that all or none of the examples are of do not
 * count; where there is no other one, the area is ½.
 *
 * @param bins into how many bins outputs are counted; 0 where the area is exact
 * @param isMultiLabel whether each of several outputs is there or not by itself
 * @param ignoredIndices labels that do not count
 */
public record AreaUnderCurve(int bins, boolean isMultiLabel, List<Integer> ignoredIndices)
        implements Metric.Scalar {
    /** An ε that float16 knows. */
    private static final double LEAST = 1e-3;

    /** Checks the settings. */
    public AreaUnderCurve {
        Preconditions.atLeast(0, "auc: the number of bins", bins);
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    /**
     * Returns an approximation that keeps the same few numbers however large a dataset is: outputs
     * z are counted in bins evenly spread over σ(z / 4), of which one in the same bin as another
     * counts as larger half of the time. Outputs beyond ±28 are all in one bin.
     *
     * @param count the number of bins, at least 2; 1,024 is usual
     */
    public AreaUnderCurve binned(int count) {
        int checked = Preconditions.atLeast(2, "auc: the number of bins", count);
        return new AreaUnderCurve(checked, isMultiLabel, ignoredIndices);
    }

    /** Returns this area of outputs each of which is there or not, so that several may be. */
    public AreaUnderCurve multiLabel() {
        return new AreaUnderCurve(bins, true, ignoredIndices);
    }

    /** Returns this area with one more label that does not count. */
    @Override
    public AreaUnderCurve ignoreIndex(int label) {
        return new AreaUnderCurve(bins, isMultiLabel, ClassLabels.with(ignoredIndices, label));
    }

    @Override
    public String name() {
        return "auc";
    }

    private Counts counts() {
        return new Counts(name(), ignoredIndices, 0, isMultiLabel);
    }

    @Override
    public void requireTargets(Loss.TargetKind targets, TensorType prediction) {
        counts().requireKind(targets, prediction, "auc().multiLabel()");
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        return measured(prediction, target, List.of());
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
        return measured(prediction, target, List.of(weights));
    }

    private Tensor measured(Tensor prediction, Tensor target, List<Tensor> examples) {
        var counts = counts();
        boolean isOfSides = counts.form(prediction, target) == Counts.Form.SIDES;
        Tensor outputs = prediction.rank() == 1 ? prediction.reshape(-1, 1) : prediction;
        int classes = outputs.dim(-1);
        Tensor labels =
                isOfSides
                        ? counts.isYes(prediction, target).cast(DType.FLOAT32)
                        : counts.labels(prediction, target);
        // Of outputs by themselves each counts by itself.
        Shape rows = isOfSides ? prediction.shape() : labels.shape();
        List<Tensor> weights =
                counts.weights(target, rows, examples).stream()
                        .map(each -> each.reshape(-1, isOfSides ? classes : 1))
                        .toList();
        Tensor logits = outputs.reshape(-1, classes);
        if (bins > 0) {
            return binned(logits, labels, weights, prediction.dim(0), isOfSides);
        }
        Tensor of =
                isOfSides ? labels.reshape(-1, classes) : labels.cast(DType.FLOAT32).reshape(-1, 1);
        Tensor weight =
                weights.isEmpty()
                        ? filled(Shape.shape(logits.dim(0), isOfSides ? classes : 1), 1)
                        : weights.getFirst();
        Tensor all = Tensor.concat(1, List.of(logits, of, weight));
        double kind = isOfSides ? -classes : classes;
        return Tensor.concat(0, List.of(filled(Shape.shape(1), kind), all.reshape(-1)));
    }

    private static Tensor filled(Shape shape, double value) {
        return Tensor.full(TensorType.float32(shape), value);
    }

    private Tensor binned(
            Tensor outputs, Tensor labels, List<Tensor> weights, int batch, boolean isOfSides) {
        Tensor logits = isOfSides ? outputs : againstRest(outputs);
        Tensor place = logits.mul(0.25).sigmoid().mul(bins).clip(0, bins - 1);
        Tensor inBins = place.transpose(1, 0).floor().cast(DType.INT32).oneHot(bins);
        int classes = outputs.dim(1);
        Tensor of =
                isOfSides
                        ? labels.reshape(-1, classes)
                        : labels.oneHot(classes).reshape(-1, classes);
        var both = new ArrayList<Tensor>();
        for (Tensor each : List.of(of, of.neg().add(1))) {
            Tensor counted = weights.isEmpty() ? each : each.mul(weights.getFirst());
            both.add(counted.transpose(1, 0));
        }
        // [classes, 2, n] · [classes, n, bins]
        return Tensor.stack(1, both).mul(1.0 / batch).matmul(inBins);
    }

    /** Returns ln((p + ε) / (1 − p + ε)) of the softmax p. */
    private static Tensor againstRest(Tensor logits) {
        Tensor p = logits.softmax(-1);
        return p.add(LEAST).log().sub(p.mul(-1).add(1 + LEAST).log());
    }

    @Override
    public int sums(int measured) {
        return bins > 0 ? measured : RankedOutputs.START;
    }

    @Override
    public double[] add(double[] measured, int examples, double[] sums) {
        return bins > 0
                ? Scalar.super.add(measured, examples, sums)
                : RankedOutputs.add(measured, sums);
    }

    @Override
    public boolean areSums(double[] sums, int measured) {
        return bins > 0 ? sums.length == measured : RankedOutputs.are(sums, measured);
    }

    @Override
    public double value(double[] sums, double examples) {
        return bins > 0 ? ofBins(sums) : RankedOutputs.area(sums);
    }

    private double ofBins(double[] sums) {
        var areas = new RankedOutputs.Areas();
        for (int from = 0; from < sums.length; from += 2 * bins) {
            var curve = new RankedOutputs.Curve();
            for (int bin = 0; bin < bins; bin++) {
                curve.add(sums[from + bin], sums[from + bins + bin]);
            }
            areas.add(curve);
        }
        return areas.mean();
    }
}
