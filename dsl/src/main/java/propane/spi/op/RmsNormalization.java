package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

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
     * Root mean square normalization, x / √(mean x² + ε) · γ (Zhang and Sennrich, 2019).
     *
     * @param x what is normalized
     * @param axes the axes of the mean
     * @param gamma γ, of the lengths of those axes in x's order, or none
     * @param epsilon ε
     */
    record RmsNorm(Tensor x, List<Integer> axes, List<Tensor> gamma, float epsilon)
            implements RmsNormalization {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            var weights = new Shape(together(this).stream().map(x::dim).toList());
            Normalization.requireWeights(this, gamma, weights);
            return x.type();
        }

        private Tensor weighted(Tensor normal) {
            return gamma.isEmpty()
                    ? normal
                    : normal.mul(
                            gamma.getFirst()
                                    .reshape(Groups.along(x.shape(), together(this)).toArray()));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor g = weighted(a.gradient());
                        return Tensor.of(new RmsNormGradient(x, g, axes, epsilon));
                    });
            for (Tensor weight : gamma) {
                a.accumulate(
                        weight,
                        () -> {
                            var plain = new RmsNorm(x, axes, List.of(), epsilon);
                            Tensor slopes = a.gradient().mul(Tensor.of(plain));
                            int[] others = Groups.others(x.shape(), together(this));
                            return others.length == 0 ? slopes : slopes.sum(others);
                        });
            }
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            var together = together(this);
            var groups = new Groups(x.shape(), together);
            double[] inverses = inverses(this, in, groups);
            for (int i = 0; i < out.length; i++) {
                out[i] = in[i] * inverses[groups.of(i)];
            }
            for (Tensor weight : gamma) {
                double[] factors = e.of(weight);
                var place = new Broadcast(Groups.along(x.shape(), together), x.shape());
                for (int i = 0; i < out.length; i++) {
                    out[i] *= factors[place.index(i)];
                }
            }
        }

        @Override
        public List<Tensor> decompose(Form form) {
            return List.of(weighted(RootMeanSquare.of(x, together(this), epsilon, form).unit()));
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
