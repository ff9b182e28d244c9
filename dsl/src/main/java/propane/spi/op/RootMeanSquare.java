package propane.spi.op;

import propane.tensor.Tensor;

import java.util.List;

/**
 * A tensor over the root of the mean of its squares.
 *
 * @param unit x / √(mean x² + ε)
 * @param inverse 1 / √(mean x² + ε), the axes of the mean kept at length 1
 * @param root √(mean x²), likewise
 */
record RootMeanSquare(Tensor unit, Tensor inverse, Tensor root) {
    static RootMeanSquare of(
            Tensor x, List<Integer> axes, float epsilon, RootNormalization.Form form) {
        if (x.shape().size() == 0) {
            return plain(x, axes, epsilon);
        }
        return switch (form) {
            case PLAIN -> plain(x, axes, epsilon);
            case SCALED -> scaled(x, axes, Math.sqrt(epsilon));
        };
    }

    private static RootMeanSquare plain(Tensor x, List<Integer> axes, float epsilon) {
        Tensor square = mean(x.square(), axes);
        Tensor inverse = Tensor.of(new ElementwiseUnary.Rsqrt(square, epsilon));
        return new RootMeanSquare(x.mul(inverse), inverse, square.sqrt());
    }

    /** With s at least √ε, neither a square nor ε over s² is larger than 1. */
    private static RootMeanSquare scaled(Tensor x, List<Integer> axes, double rootOfEpsilon) {
        Tensor largest = Tensor.of(new Reduction.ReduceMax(x.abs(), axes, true));
        Tensor scale = rootOfEpsilon == 0 ? largest : largest.maximum(rootOfEpsilon);
        Tensor small = x.div(scale);
        Tensor square = mean(small.square(), axes);
        Tensor rest = Tensor.constant(rootOfEpsilon).div(scale).square();
        Tensor inverse = (rootOfEpsilon == 0 ? square : square.add(rest)).rsqrt();
        return new RootMeanSquare(small.mul(inverse), inverse.div(scale), square.sqrt().mul(scale));
    }

    /** Returns the mean over some axes, kept at length 1; 0 of no elements, which all miss. */
    static Tensor mean(Tensor x, List<Integer> axes) {
        return x.shape().size() == 0
                ? Tensor.zeros(x.type().with(Groups.kept(x.shape(), axes)))
                : Tensor.of(new Reduction.ReduceMean(x, axes, true));
    }

    /**
     * Returns what reaches a tensor when h reaches its unit, (h − unit · mean(h · unit)) / √(mean
     * x² + ε): the inverse root is no factor twice.
     *
     * @param centred h, less its mean where the tensor is what is left of another less its mean
     */
    Tensor gradient(Tensor h, Tensor centred, List<Integer> axes) {
        return centred.sub(unit.mul(mean(h.mul(unit), axes))).mul(inverse);
    }
}
