package propane.train.run;

import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.spi.Interpreter;
import propane.spi.op.Activation;
import propane.spi.op.Op;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

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

    /**
     * Returns these, of which probabilities may be asked.
     *
     * @throws PropaneException if the loss makes none of outputs
     */
    public Answers requireProbabilities() {
        require(kind != Loss.TargetKind.SIGNS, "the loss makes no probabilities of outputs");
        requireTargetsOfClasses();
        return this;
    }

    /**
     * Returns these, of which classes may be asked.
     *
     * @throws PropaneException if outputs are no choice of one class
     */
    public Answers requireClasses() {
        requireTargetsOfClasses();
        Shape output = output().shape();
        require(
                isOne(output) || !areSides(output),
                "each of the "
                        + output.dim(-1)
                        + " outputs says yes or no by itself, none or several may be true");
        return this;
    }

    /** Returns the probability of each class, of the output's shape. */
    public NDArray probabilities(NDArray output) {
        Tensor given = Tensor.constant(output).cast(DType.FLOAT32);
        if (op() instanceof Activation.Softmax || op() instanceof Activation.Sigmoid) {
            return Interpreter.run(given);
        }
        return Interpreter.run(areSides(output.shape()) ? given.sigmoid() : given.softmax(-1));
    }

    /** Returns the class of each row of outputs, int32. */
    public NDArray classes(NDArray output) {
        Tensor given = Tensor.constant(output);
        if (!isOne(output.shape())) {
            return Interpreter.run(given.argmax(-1));
        }
        Tensor yes = given.greater(op() instanceof Activation.Sigmoid ? 0.5 : 0).cast(DType.INT32);
        return Interpreter.run(output.shape().rank() < 2 ? yes : yes.squeeze(-1));
    }

    /** Returns whether outputs say yes or no, each for itself. */
    private boolean areSides(Shape output) {
        return isOne(output)
                || kind == Loss.TargetKind.SIDES
                || kind == Loss.TargetKind.SIGNS
                || op() instanceof Activation.Sigmoid;
    }

    private static boolean isOne(Shape output) {
        return output.rank() < 2 || output.dim(-1) == 1;
    }

    private Op op() {
        return model.dryOutputs().only().op();
    }

    private TensorType output() {
        return model.output(model.outputs().getFirst(), 1);
    }

    private void requireTargetsOfClasses() {
        require(kind != Loss.TargetKind.NUMBERS, "the loss's targets are numbers, not classes");
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            TensorType output = output();
            throw new PropaneException(
                    Problem.ofRule(call + ": " + rule)
                            .operand(
                                    "output",
                                    output.with(output.shape().tail()) + " of each example")
                            .fix(
                                    "ask for predict(x), which gives the outputs as they are, or"
                                            + " train with a loss of classes, such as"
                                            + " softmaxCrossEntropy()"));
        }
    }
}
