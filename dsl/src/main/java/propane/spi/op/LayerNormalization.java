package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Normalizations of each example by its own mean and variance. */
public sealed interface LayerNormalization extends Normalization, Decomposable {
    /** Returns ε. */
    float epsilon();

    /** Returns the axes that are normalized together, counted from 0. */
    List<Integer> together();

    /** Returns (x − μ) over its root. */
    private static RootMeanSquare root(LayerNormalization op, RootNormalization.Form form) {
        Tensor centred = op.x().sub(RootMeanSquare.mean(op.x(), op.together()));
        return RootMeanSquare.of(centred, op.together(), op.epsilon(), form);
    }

    /**
     * Layer normalization, (x − μ) / √(σ² + ε) · γ + β, μ and σ² the mean and the variance over
     * some axes (Ba et al., 2016). Core ML takes γ and β as constants only.
     *
     * @param x what is normalized
     * @param axes the axes that are normalized together
     * @param gamma γ, of the lengths of those axes in x's order, or none
     * @param beta β, of the same shape, or none
     * @param epsilon ε
     */
    record LayerNorm(
            Tensor x, List<Integer> axes, List<Tensor> gamma, List<Tensor> beta, float epsilon)
            implements LayerNormalization, RootNormalization {
        @Override
        public List<Integer> together() {
            return OpRule.axes(this, x.shape(), axes);
        }

        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            var weights = new Shape(together().stream().map(x::dim).toList());
            Normalization.requireWeights(this, gamma, weights);
            Normalization.requireWeights(this, beta, weights);
            return x.type();
        }

        /** Returns the same op without γ and β. */
        public LayerNorm plain() {
            return new LayerNorm(x, axes, List.of(), List.of(), epsilon);
        }

        /** Returns a normalized tensor times γ plus β. */
        public Tensor weighted(Tensor normal) {
            Tensor scaled = gamma.isEmpty() ? normal : normal.mul(spread(gamma.getFirst()));
            return beta.isEmpty() ? scaled : scaled.add(spread(beta.getFirst()));
        }

        private Tensor spread(Tensor weight) {
            return weight.reshape(Groups.along(x.shape(), together()).toArray());
        }

        @Override
        public void vjp(Adjoint a) {
            var gradients =
                    new Lazy<>(() ->
                            Operation.of(
                                    new LayerNormGradient(x, gamma, a.gradient(), axes, epsilon)));
            a.accumulate(x, () -> gradients.value().result(0));
            gamma.forEach(weight -> a.accumulate(weight, () -> gradients.value().result(1)));
            beta.forEach(weight -> a.accumulate(weight, () -> sum(a.gradient())));
        }

        private Tensor sum(Tensor gradient) {
            int[] others = Groups.others(x.shape(), together());
            return others.length == 0 ? gradient : gradient.sum(others);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            double[] factors = gamma.isEmpty() ? new double[0] : e.of(gamma.getFirst());
            double[] terms = beta.isEmpty() ? new double[0] : e.of(beta.getFirst());
            double[] normal = normal(this, in);
            var weights = weights(this);
            for (int i = 0; i < out.length; i++) {
                int weight = weights.index(i);
                double factor = factors.length == 0 ? 1 : factors[weight];
                out[i] = normal[i] * factor + (terms.length == 0 ? 0 : terms[weight]);
            }
        }

        @Override
        public List<Tensor> decompose(Form form) {
            return List.of(weighted(root(this, form).unit()));
        }
    }

    /**
     * The gradients of {@link LayerNorm}: with n the normalized operand, h = g·γ, and means over
     * the same axes, by x it is (h − mean(h) − n·mean(h·n)) / √(σ² + ε), by γ the sum of g·n. With
     * γ there are two results, without it one.
     *
     * @param x what was normalized
     * @param gamma γ, or none
     * @param gradient g, the gradient of the result
     * @param axes the axes that are normalized together
     * @param epsilon ε
     */
    record LayerNormGradient(
            Tensor x, List<Tensor> gamma, Tensor gradient, List<Integer> axes, float epsilon)
            implements LayerNormalization, RootNormalization, DecomposedForMil {
        @Override
        public List<Integer> together() {
            return OpRule.axes(this, x.shape(), axes);
        }

        @Override
        public TensorType infer() {
            Normalization.requireGradient(this, gradient);
            return forward().infer();
        }

        @Override
        public List<TensorType> inferAll() {
            var types = new ArrayList<>(List.of(infer()));
            gamma.forEach(weight -> types.add(weight.type()));
            return List.copyOf(types);
        }

        private LayerNorm forward() {
            return new LayerNorm(x, axes, gamma, List.of(), epsilon);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] g = e.of(gradient);
            double[] out = e.result(0);
            double[] normal = normal(this, e.of(x));
            var weights = weights(this);
            double[] h = g;
            if (!gamma.isEmpty()) {
                double[] factors = e.of(gamma.getFirst());
                double[] sums = e.result(1);
                h = new double[g.length];
                Arrays.fill(sums, 0);
                for (int i = 0; i < g.length; i++) {
                    h[i] = g[i] * factors[weights.index(i)];
                    sums[weights.index(i)] += g[i] * normal[i];
                }
            }
            var groups = new Groups(x.shape(), together());
            double[] in = e.of(x);
            double[] variances = groups.variances(in, groups.means(in));
            double[] means = groups.means(h);
            double[] along = groups.means(Groups.products(h, normal));
            for (int i = 0; i < out.length; i++) {
                int group = groups.of(i);
                out[i] =
                        (h[i] - means[group] - normal[i] * along[group])
                                / Math.sqrt(variances[group] + epsilon);
            }
        }

        @Override
        public List<Tensor> decompose(Form form) {
            var root = root(this, form);
            Tensor h = forward().weighted(gradient);
            Tensor centred = h.sub(RootMeanSquare.mean(h, together()));
            var results = new ArrayList<>(List.of(root.gradient(h, centred, together())));
            gamma.forEach(_ -> results.add(forward().sum(gradient.mul(root.unit()))));
            return results;
        }
    }

    /**
     * Instance normalization: each channel of each example by its own mean and variance, times γ
     * plus β (Ulyanov et al., 2016). Core ML takes γ and β as constants only.
     *
     * @param x [n, c, spatial…]
     * @param gamma γ, one number a channel, [c], or none
     * @param beta β, one number a channel, [c], or none
     * @param epsilon ε
     */
    record InstanceNorm(Tensor x, List<Tensor> gamma, List<Tensor> beta, float epsilon)
            implements LayerNormalization {
        @Override
        public List<Integer> together() {
            return IntStream.range(2, x.rank()).boxed().toList();
        }

        @Override
        public TensorType infer() {
            if (x.rank() < 3) {
                throw OpRule.shape(
                        this, "needs [n, c, spatial…], got " + x.shape(), "reshape to channels");
            }
            Normalization.requireWeights(this, gamma, Shape.shape(x.dim(1)));
            Normalization.requireWeights(this, beta, Shape.shape(x.dim(1)));
            return OpRule.requireFloat(this, x);
        }

        /** Returns the same op without γ and β. */
        public InstanceNorm plain() {
            return new InstanceNorm(x, List.of(), List.of(), epsilon);
        }

        /** Returns a normalized tensor times γ plus β. */
        public Tensor weighted(Tensor normal) {
            Tensor y = normal;
            for (Tensor weight : gamma) {
                y = y.mul(PerChannel.spread(weight, x.shape()));
            }
            for (Tensor weight : beta) {
                y = y.add(PerChannel.spread(weight, x.shape()));
            }
            return y;
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] normal = normal(this, e.of(x));
            double[] out = e.result();
            System.arraycopy(normal, 0, out, 0, out.length);
            for (Tensor weight : gamma) {
                double[] factors = e.of(weight);
                for (int i = 0; i < out.length; i++) {
                    out[i] *= factors[PerChannel.of(i, x.shape())];
                }
            }
            for (Tensor weight : beta) {
                double[] terms = e.of(weight);
                for (int i = 0; i < out.length; i++) {
                    out[i] += terms[PerChannel.of(i, x.shape())];
                }
            }
        }

        @Override
        public List<Tensor> decompose() {
            var layer = new LayerNorm(x, together(), List.of(), List.of(), epsilon);
            return List.of(weighted(Tensor.of(layer)));
        }
    }

    private static double[] normal(LayerNormalization op, double[] x) {
        var groups = new Groups(op.x().shape(), op.together());
        double[] means = groups.means(x);
        return groups.standardized(x, means, groups.variances(x, means), op.epsilon());
    }

    /** Finds the weight that belongs to an element: γ and β lie along the axes together. */
    private static Broadcast weights(LayerNormalization op) {
        Shape shape = op.x().shape();
        return new Broadcast(Groups.along(shape, op.together()), shape);
    }
}
