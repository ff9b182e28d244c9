package propane.nn.optimizer;

import propane.spi.op.Linear;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

/**
 * √max(1, rows / columns)·X, where X comes near the closest matrix with orthogonal rows or columns
 * by five steps of a Newton–Schulz iteration, X ← a·X + b·(X·Xᵀ)·X + c·(X·Xᵀ)²·X (Jordan et al.,
 * 2024).
 *
 * @param rounded whether each product is rounded as bfloat16 is
 */
record Orthogonalize(boolean rounded) implements GradientTransform {
    private static final int STEPS = 5;
    private static final double A = 3.4445;
    private static final double B = -4.775;
    private static final double C = 2.0315;
    private static final double SMALLEST_NORM = 1e-7;

    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        if (weight.rank() != 2) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "orthogonalize: updates weights of two axes, "
                                            + slots.weight().path()
                                            + " is "
                                            + weight.shape())
                            .operand("weight", weight)
                            .fix(
                                    "paramGroups(muon(…).paramGroup(under(…)), adamW(…)), with"
                                            + " those of two axes in the first"));
        }
        double taller = (double) weight.dim(0) / weight.dim(1);
        Tensor x = orthogonal(update);
        return taller > 1 ? x.mul(Math.sqrt(taller)) : x;
    }

    private Tensor orthogonal(Tensor matrix) {
        boolean tall = matrix.dim(0) > matrix.dim(1);
        Tensor x = rounded(tall ? matrix.transpose(1, 0) : matrix);
        Tensor norm = rounded(x.square().sum().sqrt());
        x = rounded(x.div(norm.maximum(SMALLEST_NORM)));
        for (int i = 0; i < STEPS; i++) {
            Tensor gram = rounded(Tensor.of(new Linear.Matmul(x, x, false, true)));
            Tensor factor = rounded(gram.mul(B).add(gram.matmul(gram).mul(C)));
            x = rounded(x.mul(A).add(factor.matmul(x)));
        }
        return tall ? x.transpose(1, 0) : x;
    }

    /** Drops the lower 16 bits of float32 by the rounding of a sum (Veltkamp, 1968). */
    private Tensor rounded(Tensor x) {
        if (!rounded) {
            return x;
        }
        Tensor wide = x.mul(0x1p16 + 1);
        return wide.sub(wide.sub(x));
    }
}
