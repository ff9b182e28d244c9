package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.rule.BinaryPredictions;
import propane.nn.rule.ClassLabels;
import propane.nn.rule.ElementMeans;
import propane.nn.rule.SampleWeights;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * What metrics of classes share: which class an output is taken for, and which rows count.
 *
 * <p>Taken is the class of the largest output, of equal ones the first, as {@code argmax} says; of
 * a single output it is yes or no. An output that is not a number is never right. Targets are int32
 * labels, or of the outputs' shape: of several outputs the class with the largest share, unless it
 * was asked for each output by itself. Of outputs by themselves they may be whole numbers, too.
 *
 * @param metric the metric's name, for messages
 * @param ignored labels that do not count
 * @param threshold what an output by itself must exceed to be taken for yes
 * @param isEach whether each of several outputs is yes or no by itself
 */
record Counts(String metric, List<Integer> ignored, double threshold, boolean isEach) {
    /** How a batch is read. */
    enum Form {
        /** A label for each row of outputs. */
        LABELS,
        /** A share of each class. */
        SHARES,
        /** Yes or no of each output. */
        SIDES
    }

    /**
     * Returns how outputs and targets are read.
     *
     * @throws ShapeException if they do not go together
     */
    Form form(Tensor prediction, Tensor target) {
        boolean isBySide = BinaryPredictions.isOne(prediction) || isEach;
        if (isBySide && BinaryPredictions.areWhole(prediction, target)) {
            return Form.SIDES;
        }
        if (target.dtype() == DType.INT32) {
            if (prediction.rank() == 0
                    || !target.shape().equals(ClassLabels.target(prediction.type()).shape())) {
                throw misfit(
                        prediction,
                        target,
                        "labels must be one for each row of outputs",
                        "give labels of the shape of the outputs without their last axis");
            }
            return Form.LABELS;
        }
        if (!target.dtype().isFloat() || !target.shape().equals(prediction.shape())) {
            throw misfit(
                    prediction,
                    target,
                    "targets must be int32 labels, or have the shape of the outputs",
                    "reshape the targets, or the model's last layer");
        }
        return isBySide ? Form.SIDES : Form.SHARES;
    }

    /**
     * Requires targets of the shape of outputs.
     *
     * @throws ShapeException if they are of another one
     */
    void requireSides(Tensor prediction, Tensor target) {
        if (form(prediction, target) != Form.SIDES) {
            throw misfit(
                    prediction,
                    target,
                    "targets must be 0 or 1 for each output",
                    "ask for accuracy() where targets are labels");
        }
    }

    /**
     * Requires a loss that has classes, too.
     *
     * @param kind what the loss's targets are
     * @param each what asks for each output by itself
     * @throws PropaneException if it has none, or takes outputs apart that here are of one choice
     */
    void requireKind(Loss.TargetKind kind, TensorType prediction, String each) {
        boolean isOne = prediction.shape().rank() < 2 || prediction.shape().dim(-1) == 1;
        if (kind == Loss.TargetKind.NUMBERS) {
            throw refused(
                    prediction,
                    "the loss's targets are numbers, not classes",
                    "ask for mae(), mse(), rmse() or r2(), or take a loss of classes, such as"
                            + " softmaxCrossEntropy()");
        }
        boolean isOfSides = kind == Loss.TargetKind.SIDES || kind == Loss.TargetKind.SIGNS;
        if (isOfSides && !isOne && !isEach) {
            throw refused(
                    prediction,
                    "the loss takes each of several outputs by itself, so that none or several of"
                            + " them may be true",
                    "ask for "
                            + each
                            + ", or take a loss of one class out of several, such as"
                            + " softmaxCrossEntropy()");
        }
    }

    private PropaneException refused(TensorType prediction, String rule, String fix) {
        return new PropaneException(
                Problem.of(metric, rule).operand("outputs", prediction).fix(fix));
    }

    private ShapeException misfit(Tensor prediction, Tensor target, String rule, String fix) {
        return ElementMeans.misfit(metric, rule, prediction, target, fix);
    }

    /** Returns the labels of a batch that is not of sides; what is ignored is no class. */
    Tensor labels(Tensor prediction, Tensor target) {
        return form(prediction, target) == Form.LABELS ? labels().known(target) : target.argmax(-1);
    }

    /**
     * Returns how much each row counts.
     *
     * @param rows the shape of rows: that of labels, or of outputs that are each by themselves
     * @param weights how much examples or rows count, float [batch, …], where some count more
     */
    List<Tensor> weights(Tensor target, Shape rows, List<Tensor> weights) {
        List<Tensor> all = new ArrayList<>();
        // Shares of classes are no labels.
        if (target.shape().size() == rows.size()) {
            labels().counts(target, DType.FLOAT32)
                    .forEach(each -> all.add(each.reshape(rows.toArray())));
        }
        for (Tensor each : weights) {
            all.add(SampleWeights.beside(each.cast(DType.FLOAT32), rows).broadcastTo(rows));
        }
        return all.stream().reduce(Tensor::mul).stream().toList();
    }

    private ClassLabels labels() {
        return new ClassLabels(ignored, List.of());
    }

    /** Returns ones where an output by itself is on the side that its target names. */
    Tensor right(Tensor prediction, Tensor target) {
        return isYes(prediction, target).where(yes(prediction), no(prediction));
    }

    /** Returns where targets of outputs by themselves are yes, in the shape of the outputs. */
    Tensor isYes(Tensor prediction, Tensor target) {
        return BinaryPredictions.of(metric, prediction, target).greater(0.5);
    }

    /** Returns ones where outputs by themselves are taken for yes. */
    Tensor yes(Tensor prediction) {
        return prediction.greater(threshold).cast(DType.FLOAT32);
    }

    /** Returns ones where outputs by themselves are taken for no. */
    Tensor no(Tensor prediction) {
        return prediction.lessEqual(threshold).cast(DType.FLOAT32);
    }

    /** Returns ones where an output is a number, float32. */
    static Tensor numbers(Tensor prediction) {
        return prediction.greaterEqual(Double.NEGATIVE_INFINITY).cast(DType.FLOAT32);
    }

    /** Returns ones at the class each row is taken for, float32 [..., classes]. */
    static Tensor taken(Tensor prediction) {
        Tensor largest = prediction.argmax(-1).oneHot(prediction.dim(-1));
        return largest.mul(numbers(prediction).min(-1).expandDims(-1));
    }
}
