package propane.train.trace;

import static propane.nn.loss.Loss.OutputKind.LOGARITHMS;
import static propane.nn.loss.Loss.OutputKind.LOGITS_OF_CLASSES;
import static propane.nn.loss.Loss.OutputKind.LOGITS_OF_SIDES;

import propane.nn.loss.Loss;
import propane.spi.Graph;
import propane.spi.op.Activation;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.LossOp;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.SoftmaxLoss;
import propane.spi.op.TensorOperation;
import propane.tensor.Tensor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says where an output is made a probability that the loss makes one of again. */
public final class DoubledActivations {
    private DoubledActivations() {}

    /**
     * Returns a line for each.
     *
     * @param losses the losses that a training names, by output
     * @param outputs the outputs
     * @param values what a step comes to
     */
    public static Set<String> lines(
            Map<String, Loss> losses, Map<String, Tensor> outputs, List<Tensor> values) {
        var lines = new LinkedHashSet<String>();
        losses.forEach((output, loss) -> {
            Tensor made = origin(outputs.get(output));
            Op last = made.op();
            Loss.OutputKind kind = loss.outputKind();
            if (last instanceof Activation.Softmax && kind == LOGITS_OF_CLASSES) {
                lines.add(softmax(made));
            }
            if (last instanceof Activation.Sigmoid && kind == LOGITS_OF_SIDES) {
                lines.add(sigmoid(made));
            }
            if (last instanceof Activation.Softmax && kind == LOGARITHMS) {
                lines.add(logarithms(made));
            }
        });
        for (Operation operation : Graph.operations(values)) {
            if (operation.op() instanceof SoftmaxLoss.SoftmaxCrossEntropy loss
                    && origin(loss.logits()).op() instanceof Activation.Softmax) {
                lines.add(softmax(origin(loss.logits())));
            }
            if (operation.op() instanceof LossOp.SigmoidCrossEntropy loss
                    && origin(loss.logits()).op() instanceof Activation.Sigmoid) {
                lines.add(sigmoid(origin(loss.logits())));
            }
        }
        return lines;
    }

    private static String logarithms(Tensor output) {
        return "loss: negativeLogLikelihood() takes logarithms of probabilities, and "
                + output
                + " is a softmax; let the model end with logSoftmax(), or with"
                + " neither and take softmaxCrossEntropy()";
    }

    private static String softmax(Tensor output) {
        return "loss: softmaxCrossEntropy() takes logits and makes probabilities of them, and "
                + output
                + " is a softmax already; leave softmax() away at the end of the model";
    }

    private static String sigmoid(Tensor output) {
        return "loss: binaryCrossEntropy() takes logits and makes probabilities of them, and "
                + output
                + " is a sigmoid already; leave sigmoid() away at the end of the model";
    }

    /** Returns the tensor whose elements a tensor has, in other places, another type, or some. */
    private static Tensor origin(Tensor x) {
        return switch (x.op()) {
            case ElementwiseUnary.Cast(Tensor from, _) -> origin(from);
            case TensorOperation.Select(_, Tensor chosen, _) -> origin(chosen);
            case Op _ -> MovedElements.of(x).map(DoubledActivations::origin).orElse(x);
        };
    }
}
