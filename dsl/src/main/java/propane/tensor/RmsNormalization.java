package propane.tensor;

import java.util.Arrays;
import java.util.List;

/** Normalizations by the root of the mean square, which MIL has no op for. */
public sealed interface RmsNormalization
        extends Normalization, RootNormalization, DecomposedForMil {
    /** Returns the axes of the mean. */
    List<Integer> axes();

    /** Returns ε. */
    float epsilon();

    /** Returns the axes of the mean, counted from 0. */
    private static List<Integer> together(RmsNormalization op) {
        return OpRule.axes(op, op.x().shape(), op.axes());
    }

    private static double[] inverses(RmsNormalization op, double[] x, Groups groups) {
        return Arrays.stream(groups.means(Groups.products(x, x)))
                .map(square -> 1 / Math.sqrt(square + op.epsilon()))
                .toArray();
    }

    /**
     * Root mean square normalization, x / √(mean x² + ε) (Zhang and Sennrich, 2019).
     *
     * @param x what is normalized
     * @param axes the axes of the mean
     * @param epsilon ε
     */
    record RmsNorm(Tensor x, List<Integer> axes, float epsilon) implements RmsNormalization {
        @Override
        public TensorType infer() {
            together(this);
            return OpRule.requireFloat(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new RmsNormGradient(x, a.gradient(), axes, epsilon)));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            var groups = new Groups(x.shape(), together(this));
            double[] inverses = inverses(this, in, groups);
            for (int i = 0; i < out.length; i++) {
                out[i] = in[i] * inverses[groups.of(i)];
            }
        }

        @Override
        public List<Tensor> decompose(Form form) {
            return List.of(RootMeanSquare.of(x, together(this), epsilon, form).unit());
        }
    }

    /**
     * The gradient of {@link RmsNorm}: with n the normalized operand and means over the same axes,
     * (g − n·mean(g·n)) / √(mean x² + ε).
     *
     * @param x what was normalized
     * @param gradient g, the gradient of the result
     * @param axes the axes of the mean
     * @param epsilon ε
     */
    record RmsNormGradient(Tensor x, Tensor gradient, List<Integer> axes, float epsilon)
            implements RmsNormalization {
        @Override
        public TensorType infer() {
            together(this);
            Normalization.requireGradient(this, gradient);
            return OpRule.requireFloat(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] g = e.of(gradient);
            double[] out = e.result();
            var groups = new Groups(x.shape(), together(this));
            double[] inverses = inverses(this, in, groups);
            double[] along = groups.means(Groups.products(g, in));
            for (int i = 0; i < out.length; i++) {
                int group = groups.of(i);
                double inverse = inverses[group];
                out[i] = (g[i] - in[i] * inverse * inverse * along[group]) * inverse;
            }
        }

        @Override
        public List<Tensor> decompose(Form form) {
            var root = RootMeanSquare.of(x, together(this), epsilon, form);
            return List.of(root.gradient(gradient, gradient, together(this)));
        }
    }
}
