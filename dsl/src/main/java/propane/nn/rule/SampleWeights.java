package propane.nn.rule;

import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.Arrays;

/** Weights of examples beside what they weigh. */
public final class SampleWeights {
    private SampleWeights() {}

    /** Returns what there is where a weight is above 0, and zeros elsewhere. */
    public static Tensor counted(Tensor x, Tensor weights) {
        return beside(weights.greater(0), x.shape()).where(x, Tensor.zeros(x.type()));
    }

    /**
     * Returns something of the first axes of elements in a shape that broadcasts with them.
     *
     * @throws ShapeException if its axes are not those that elements begin with
     */
    public static Tensor beside(Tensor weights, Shape elements) {
        int rank = weights.rank();
        while (rank > 1 && weights.dim(rank - 1) == 1) {
            rank--;
        }
        var own = weights.shape().dims();
        if (rank == 0
                || rank > elements.rank()
                || !own.subList(0, rank).equals(elements.dims().subList(0, rank))) {
            String rule =
                    "there are weights " + weights.shape() + " for what counts as " + elements;
            throw new ShapeException(
                    Problem.of("sampleWeight", rule)
                            .operand("weights", weights)
                            .operand("counted", elements)
                            .fix(
                                    "give weights of its first axis, or of some more, in their"
                                            + " order"));
        }
        int[] dims = new int[elements.rank()];
        Arrays.fill(dims, 1);
        for (int axis = 0; axis < rank; axis++) {
            dims[axis] = elements.dim(axis);
        }
        return weights.reshape(dims);
    }
}
