package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.rule.ClassLabels;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Precision, recall or F1 (van Rijsbergen, 1979). Of int32 labels, and of targets that are shares
 * of the classes, the class of the largest output counts as chosen, of equal ones the first; of a
 * single output, and of several that are each asked for, every output above a threshold does. The
 * mean over classes leaves out those that neither occur nor are chosen; what is divided by 0 is 0.
 *
 * @param kind which one
 * @param pooled whether examples of all classes are counted together, instead of a mean over
 *     classes
 * @param isMultiLabel whether each of several outputs is there or not by itself
 * @param threshold what an output by itself must exceed: 0 of logits
 * @param ignoredIndices labels that do not count
 */
public record ClassScore(
        Kind kind,
        boolean pooled,
        boolean isMultiLabel,
        double threshold,
        List<Integer> ignoredIndices)
        implements Metric.Scalar {
    /** Copies the labels. */
    public ClassScore {
        ignoredIndices = List.copyOf(ignoredIndices);
    }

    /** What is counted. */
    public enum Kind {
        /** Of those taken for a class, the share that is of it. */
        PRECISION,
        /** Of those of a class, the share that is taken for it. */
        RECALL,
        /** The harmonic mean of both. */
        F1;

        /** Returns the score of a class: of those taken for it rightly, all taken, all of it. */
        double score(double right, double taken, double actual) {
            double divided = this == PRECISION ? taken : this == RECALL ? actual : taken + actual;
            return divided == 0 ? 0 : (this == F1 ? 2 * right : right) / divided;
        }
    }

    static ClassScore of(Kind kind) {
        return new ClassScore(kind, false, false, 0, List.of());
    }

    /** Returns this score of all classes counted together, the micro average. */
    public ClassScore micro() {
        return new ClassScore(kind, true, isMultiLabel, threshold, ignoredIndices);
    }

    /** Returns this score as the mean over classes, the macro average, which is the default. */
    public ClassScore macro() {
        return new ClassScore(kind, false, isMultiLabel, threshold, ignoredIndices);
    }

    /** Returns this score of outputs each of which is there or not, so that several may be. */
    public ClassScore multiLabel() {
        return new ClassScore(kind, pooled, true, threshold, ignoredIndices);
    }

    /**
     * Returns this score of outputs each of which is there if it is above a number: 0.5 of
     * probabilities, instead of 0.
     */
    public ClassScore threshold(double least) {
        return new ClassScore(kind, pooled, true, least, ignoredIndices);
    }

    /** Returns this score with one more label that does not count. */
    @Override
    public ClassScore ignoreIndex(int label) {
        var more = ClassLabels.with(ignoredIndices, label);
        return new ClassScore(kind, pooled, isMultiLabel, threshold, more);
    }

    /** Returns the table of this score of each class. */
    public PerClass perClass() {
        return new PerClass(this);
    }

    @Override
    public String name() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + (pooled ? "_micro" : "");
    }

    private Counts counts() {
        return new Counts(name(), ignoredIndices, threshold, isMultiLabel);
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        return PredictedClasses.of(counts(), prediction, target, List.of()).scores();
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
        return PredictedClasses.of(counts(), prediction, target, List.of(weights)).scores();
    }

    @Override
    public void requireTargets(Loss.TargetKind targets, TensorType prediction) {
        counts().requireKind(targets, prediction, "this metric's multiLabel()");
    }

    @Override
    public double value(double[] sums, double examples) {
        int classes = sums.length / 3;
        double right = 0;
        double taken = 0;
        double actual = 0;
        double scores = 0;
        int there = 0;
        for (int i = 0; i < classes; i++) {
            right += sums[i];
            taken += sums[classes + i];
            actual += sums[2 * classes + i];
            scores += score(sums, i);
            there += sums[classes + i] + sums[2 * classes + i] > 0 ? 1 : 0;
        }
        return pooled ? kind.score(right, taken, actual) : there == 0 ? 0 : scores / there;
    }

    private double score(double[] sums, int of) {
        int classes = sums.length / 3;
        return kind.score(sums[of], sums[classes + of], sums[2 * classes + of]);
    }

    /**
     * A score of each class, float32 [classes].
     *
     * @param score which score
     */
    public record PerClass(ClassScore score) implements Metric.Matrix {
        @Override
        public String name() {
            return score.name() + "_per_class";
        }

        /** Returns this table with one more label that does not count. */
        @Override
        public PerClass ignoreIndex(int label) {
            return new PerClass(score.ignoreIndex(label));
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return score.measure(prediction, target);
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            return score.measure(prediction, target, weights);
        }

        @Override
        public void requireTargets(Loss.TargetKind targets, TensorType prediction) {
            score.requireTargets(targets, prediction);
        }

        @Override
        public NDArray matrix(double[] sums, double examples) {
            float[] scores = new float[sums.length / 3];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) score.score(sums, i);
            }
            return NDArray.of(scores, Shape.shape(scores.length));
        }
    }
}
