package propane.train.run;

import propane.nn.Loss;
import propane.nn.Model;
import propane.tensor.Activation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Op;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.Map;

/**
 * What the only output of a model says of classes.
 *
 * @param call the method that asks, for messages
 * @param model the model
 * @param kind what targets it was trained on
 */
public record Answers(String call, Model model, Loss.TargetKind kind) {
    /** Returns what targets the only one of some losses has, as far as is known. */
    public static Loss.TargetKind kind(Map<String, Loss> losses) {
        return losses.size() == 1
                ? losses.values().iterator().next().targetKind()
                : Loss.TargetKind.OTHER;
    }

    /** Returns the probability of each class, of the output's shape. */
    public NDArray probabilities(NDArray output) {
        require(kind != Loss.TargetKind.SIGNS, "the loss makes no probabilities of outputs");
        requireClasses();
        double[] values = output.doubles();
        if (!(op() instanceof Activation.Softmax || op() instanceof Activation.Sigmoid)) {
            int classes = areSides(output) ? 1 : output.shape().dim(-1);
            for (int from = 0; from < values.length; from += classes) {
                if (areSides(output)) {
                    values[from] = 1 / (1 + Math.exp(-values[from]));
                } else {
                    softmax(values, from, from + classes);
                }
            }
        }
        return NDArray.of(values, output.type().with(DType.FLOAT32));
    }

    private static void softmax(double[] values, int from, int end) {
        double largest = Arrays.stream(values, from, end).max().orElseThrow();
        double sum = 0;
        for (int i = from; i < end; i++) {
            values[i] = Math.exp(values[i] - largest);
            sum += values[i];
        }
        for (int i = from; i < end; i++) {
            values[i] /= sum;
        }
    }

    /** Returns the class of each row of outputs, int32. */
    public NDArray classes(NDArray output) {
        requireClasses();
        boolean isOne = isOne(output);
        require(
                isOne || !areSides(output),
                "each of the "
                        + output.shape().dim(-1)
                        + " outputs says yes or no by itself, none or several may be true");
        int classes = isOne ? 1 : output.shape().dim(-1);
        double least = op() instanceof Activation.Sigmoid ? 0.5 : 0;
        int[] taken = new int[output.size() / classes];
        for (int row = 0; row < taken.length; row++) {
            taken[row] =
                    isOne
                            ? output.at(row) > least ? 1 : 0
                            : largest(output, row * classes, classes);
        }
        var dims = output.shape().dims();
        Shape rows = dims.size() < 2 ? output.shape() : new Shape(dims.subList(0, dims.size() - 1));
        return NDArray.of(taken, rows);
    }

    private static int largest(NDArray output, int from, int classes) {
        int largest = 0;
        for (int i = 1; i < classes; i++) {
            if (output.at(from + i) > output.at(from + largest)) {
                largest = i;
            }
        }
        return largest;
    }

    /** Returns whether outputs say yes or no, each for itself. */
    private boolean areSides(NDArray output) {
        return isOne(output)
                || kind == Loss.TargetKind.SIDES
                || kind == Loss.TargetKind.SIGNS
                || op() instanceof Activation.Sigmoid;
    }

    private static boolean isOne(NDArray output) {
        return output.shape().rank() < 2 || output.shape().dim(-1) == 1;
    }

    private Op op() {
        return model.dryOutputs().only().op();
    }

    private void requireClasses() {
        require(kind != Loss.TargetKind.NUMBERS, "the loss's targets are numbers, not classes");
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            TensorType output = model.output(model.outputs().getFirst(), 1);
            throw new PropaneException(
                    call
                            + ": "
                            + rule
                            + "\n    output   "
                            + output.with(output.shape().tail())
                            + " of each example\n"
                            + "    fix: ask for predict(x), which gives the outputs as they"
                            + " are, or train with a loss of classes, such as"
                            + " softmaxCrossEntropy()");
        }
    }
}
