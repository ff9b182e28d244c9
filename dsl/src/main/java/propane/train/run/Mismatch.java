package propane.train.run;

import propane.nn.Input;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.util.List;

/** The error for values of an input or target that have another type than it. */
final class Mismatch {
    private Mismatch() {}

    /**
     * Returns the error.
     *
     * @param whose what gives the values, for example {@code data}
     * @param wanted the input or target
     * @param isTarget whether it is a target
     * @param given the type of one example
     */
    static ShapeException of(String whose, Input wanted, boolean isTarget, TensorType given) {
        var type = new TensorType(wanted.dtype(), wanted.shape());
        return new ShapeException(
                Problem.ofRule(
                                whose
                                        + ": the "
                                        + (isTarget ? "target " : "input ")
                                        + wanted.name()
                                        + " is "
                                        + given
                                        + " an example, the training takes "
                                        + type)
                        .operand("given", given)
                        .operand("wanted", type)
                        .fix((isTarget ? targetFix(type, given) : inputFix(type, given))));
    }

    private static String targetFix(TensorType wanted, TensorType given) {
        if (wanted.dtype() == DType.INT32 && given.dtype() != DType.INT32) {
            return "give class numbers, int[], or take a loss of numbers, such as"
                    + " meanSquaredError() or softmaxCrossEntropy().softTargets()";
        }
        if (wanted.dtype() != DType.INT32 && given.dtype() == DType.INT32) {
            return "take a loss of class numbers, such as softmaxCrossEntropy(), or give float32"
                    + " targets of the shape of the outputs, which floatTarget(\"…\") of the data"
                    + " makes of whole numbers";
        }
        return "give targets of the shape "
                + wanted.shape()
                + ", or let the model end with as many outputs as a target has elements";
    }

    private static String inputFix(TensorType wanted, TensorType given) {
        if (wanted.dtype() != DType.INT32 && given.dtype() == DType.INT32) {
            return "declare the input with tokens(…) where these are token numbers, else give"
                    + " float32";
        }
        if (wanted.dtype() == DType.INT32 && given.dtype() != DType.INT32) {
            return "give token numbers, int32, or declare the input with input(…)";
        }
        if (isChannelsLast(wanted.shape(), given.shape())) {
            return "these are images with channels last: channelsFirst() of the dataset";
        }
        String dims = wanted.shape().dims().toString().replaceAll("[\\[\\]]", "");
        return lengths(wanted.shape()).equals(lengths(given.shape()))
                ? "reshape(" + dims + ") the data"
                : "declare the input with the shape " + given.shape() + ", or change the data";
    }

    private static boolean isChannelsLast(Shape wanted, Shape given) {
        return wanted.rank() == 3
                && given.equals(Shape.shape(wanted.dim(1), wanted.dim(2), wanted.dim(0)));
    }

    /**
     * Returns the axes that are longer than 1: what a new shape may not change, nor their order.
     */
    private static List<Integer> lengths(Shape shape) {
        return shape.dims().stream().filter(length -> length != 1).toList();
    }
}
