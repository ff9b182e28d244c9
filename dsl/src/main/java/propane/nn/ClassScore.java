package propane.nn;

import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Precision, recall or F1 (van Rijsbergen, 1979). Of int32 labels, the class of the largest output
 * counts as chosen; of targets of 0 or 1 for each output, every output above a threshold does. The
 * mean over classes leaves out those that neither occur nor are chosen; what is divided by 0 is 0.
 *
 * @param kind which one
 * @param pooled whether examples of all classes are counted together, instead of a mean over
 *     classes
 * @param threshold what a single output must exceed: 0 of logits
 */
public record ClassScore(Kind kind, boolean pooled, double threshold) implements Metric.Single {
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
        return new ClassScore(kind, false, 0);
    }

    /** Returns this score of all classes counted together, the micro average. */
    public ClassScore micro() {
        return new ClassScore(kind, true, threshold);
    }

    /** Returns this score as the mean over classes, the macro average, which is the default. */
    public ClassScore macro() {
        return new ClassScore(kind, false, threshold);
    }

    /** Returns this score for outputs that mean yes above a number: 0.5 of probabilities. */
    public ClassScore above(double least) {
        return new ClassScore(kind, pooled, least);
    }

    /** Returns the table of this score of each class. */
    public ByClass byClass() {
        return new ByClass(this);
    }

    @Override
    public String name() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + (pooled ? "_micro" : "");
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        var chosen = Chosen.of(name(), prediction, target, threshold);
        return Tensor.stack(
                0,
                List.of(
                        chosen.mean(chosen.taken().mul(chosen.actual())),
                        chosen.mean(chosen.taken()),
                        chosen.mean(chosen.actual())));
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
    public record ByClass(ClassScore score) implements Metric.Table {
        @Override
        public String name() {
            return score.name() + "_by_class";
        }

        @Override
        public Tensor measure(Tensor prediction, Tensor target) {
            return score.measure(prediction, target);
        }

        @Override
        public NDArray table(double[] sums, double examples) {
            float[] scores = new float[sums.length / 3];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) score.score(sums, i);
            }
            return NDArray.of(scores, Shape.shape(scores.length));
        }
    }
}
