package propane.nn.rule;

import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Means over all elements of each example. */
public final class ElementMeans {
    private ElementMeans() {}

    /**
     * Requires targets of the shape of predictions; of others, such as [batch] for [batch, 1],
     * differences would broadcast to pairs of examples.
     *
     * @throws ShapeException if shapes differ
     */
    public static void requireSame(String loss, Tensor prediction, Tensor target) {
        if (!prediction.shape().equals(target.shape())) {
            throw misfit(
                    loss,
                    "outputs and targets must be of one shape, got "
                            + prediction.shape()
                            + " and "
                            + target.shape(),
                    prediction,
                    target,
                    prediction.shape().size() == target.shape().size()
                            ? "reshape one of them as the other"
                            : "let the model end with as many outputs as a target has elements");
        }
    }

    /**
     * Requires targets of a type, such as labels, one for each row of outputs.
     *
     * @throws ShapeException if they are of another one
     */
    public static void require(String loss, Tensor prediction, Tensor target, TensorType wanted) {
        if (!target.type().equals(wanted)) {
            boolean isOtherShape =
                    target.shape().size() == wanted.shape().size()
                            && target.dtype() == wanted.dtype();
            throw misfit(
                    loss,
                    "outputs "
                            + prediction.type()
                            + " need targets "
                            + wanted
                            + ", got "
                            + target.type(),
                    prediction,
                    target,
                    isOtherShape
                            ? "reshape the targets to " + wanted.shape()
                            : "give one target for each row of outputs");
        }
    }

    /** Returns the error of outputs and targets that do not go together. */
    public static ShapeException misfit(
            String what, String rule, Tensor prediction, Tensor target, String fix) {
        return new ShapeException(
                Problem.of(what, rule)
                        .operand("outputs", prediction)
                        .operand("targets", target)
                        .fix(fix));
    }

    /** Returns the mean of each example's elements, [batch]. */
    public static Tensor mean(Tensor elements) {
        return elements.rank() == 1 ? elements : elements.reshape(elements.dim(0), -1).mean(1);
    }

    /** Returns the sum of each example's elements, [batch]. */
    public static Tensor sum(Tensor elements) {
        return elements.rank() == 1 ? elements : elements.reshape(elements.dim(0), -1).sum(1);
    }
}
