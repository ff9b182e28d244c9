package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/**
 * Batch normalization: each channel by one mean and variance for all examples (Ioffe and Szegedy,
 * 2015).
 */
public sealed interface BatchNormalization extends Normalization, Decomposable {
    /** Returns ε. */
    float epsilon();

    private static TensorType requireChannels(BatchNormalization op, Tensor... numbers) {
        Tensor x = op.x();
        if (x.rank() < 2) {
            throw OpRule.shape(
                    op, "needs [n, c, …], got " + x.shape(), "reshape to examples and channels");
        }
        for (Tensor each : numbers) {
            Normalization.requireWeights(op, List.of(each), Shape.shape(x.dim(1)));
        }
        return OpRule.requireFloat(op, x);
    }

    private static Tensor spread(BatchNormalization op, Tensor numbers) {
        return PerChannel.spread(numbers, op.x().shape());
    }

    private static List<Integer> together(BatchNormalization op) {
        return PerChannel.otherAxes(op.x().shape());
    }

    /** Returns the mean of each channel. */
    private static Tensor mean(BatchNormalization op) {
        return RootMeanSquare.mean(op.x(), together(op));
    }

    /** Returns (x − μ) over its root. */
    private static RootMeanSquare root(BatchNormalization op, RootNormalization.Form form) {
        return RootMeanSquare.of(op.x().sub(mean(op)), together(op), op.epsilon(), form);
    }

    /** Returns the sum of each channel, [c]. */
    private static Tensor sum(BatchNormalization op, Tensor tensor) {
        return Tensor.of(new Reduction.ReduceSum(tensor, together(op), false));
    }

    private static Tensor rsqrt(BatchNormalization op, Tensor variance) {
        return Tensor.of(new ElementwiseUnary.Rsqrt(variance, op.epsilon()));
    }

    /**
     * Batch normalization by given statistics, (x − μ) / √(σ² + ε) · γ + β. Core ML takes all but x
     * as constants only.
     *
     * @param x [n, c, …]
     * @param mean μ of each channel, [c]
     * @param variance σ² of each channel, [c]
     * @param gamma γ of each channel, [c], or none
     * @param beta β of each channel, [c], or none
     * @param epsilon ε
     */
    record BatchNorm(
            Tensor x,
            Tensor mean,
            Tensor variance,
            List<Tensor> gamma,
            List<Tensor> beta,
            float epsilon)
            implements BatchNormalization {
        @Override
        public TensorType infer() {
            TensorType type = requireChannels(this, mean, variance);
            Normalization.requireWeights(this, gamma, mean.shape());
            Normalization.requireWeights(this, beta, mean.shape());
            return type;
        }

        @Override
        public void vjp(Adjoint a) {
            Tensor g = a.gradient();
            Tensor scale = rsqrt(this, variance);
            Tensor factor = gamma.isEmpty() ? scale : scale.mul(gamma.getFirst());
            var sum = new Lazy<>(() -> sum(this, g));
            // The sum of unit elements is in the range of γ's gradient, that of others need not be.
            var unit = new Lazy<>(() -> x.sub(spread(this, mean)).mul(spread(this, scale)));
            var product = new Lazy<>(() -> sum(this, g.mul(unit.value())));
            var ofX = new Lazy<>(() -> g.mul(spread(this, factor)));
            a.accumulate(x, ofX::value);
            a.accumulate(mean, () -> sum.value().mul(factor).neg());
            a.accumulate(
                    variance,
                    () -> {
                        Tensor inner = spread(this, scale.mul(-0.5));
                        return sum(this, ofX.value().mul(unit.value()).mul(inner));
                    });
            gamma.forEach(weight -> a.accumulate(weight, product::value));
            beta.forEach(weight -> a.accumulate(weight, sum::value));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] means = e.of(mean);
            double[] variances = e.of(variance);
            double[] factors = gamma.isEmpty() ? new double[0] : e.of(gamma.getFirst());
            double[] terms = beta.isEmpty() ? new double[0] : e.of(beta.getFirst());
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                int c = PerChannel.of(i, x.shape());
                double normal = (in[i] - means[c]) / Math.sqrt(variances[c] + epsilon);
                double factor = factors.length == 0 ? 1 : factors[c];
                out[i] = normal * factor + (terms.length == 0 ? 0 : terms[c]);
            }
        }

        /** One product and one sum an element: the rest is worked out for each channel. */
        @Override
        public List<Tensor> decompose() {
            Tensor scale = rsqrt(this, variance);
            Tensor factor = gamma.isEmpty() ? scale : scale.mul(gamma.getFirst());
            Tensor shift = mean.mul(factor).neg();
            Tensor term = beta.isEmpty() ? shift : beta.getFirst().add(shift);
            return List.of(x.mul(spread(this, factor)).add(spread(this, term)));
        }
    }

    /**
     * Batch normalization by the batch's own statistics, (x − μ) / √(σ² + ε) · γ + β: the results
     * are the normalized tensor, μ [c], and σ [c] as the root of the mean squared distance from μ,
     * which float16 may hold where it does not hold σ².
     *
     * @param x [n, c, …]
     * @param gamma γ of each channel, [c]
     * @param beta β of each channel, [c]
     * @param epsilon ε
     */
    record BatchNormTraining(Tensor x, Tensor gamma, Tensor beta, float epsilon)
            implements BatchNormalization, RootNormalization, DecomposedForMil {
        @Override
        public TensorType infer() {
            return requireChannels(this, gamma, beta);
        }

        @Override
        public List<TensorType> inferAll() {
            return List.of(infer(), gamma.type(), gamma.type());
        }

        @Override
        public void vjp(Adjoint a) {
            var gradients =
                    new Lazy<>(() ->
                            Operation.of(new BatchNormGradient(x, gamma, a.gradient(0), epsilon)));
            a.accumulate(x, () -> throughStatistics(a, gradients.value().result(0)));
            a.accumulate(gamma, () -> gradients.value().result(1));
            a.accumulate(beta, () -> gradients.value().result(2));
        }

        /** Adds what reaches x through the mean and the deviation where those are used. */
        private Tensor throughStatistics(Adjoint a, Tensor gradient) {
            double share = (double) x.dim(1) / x.shape().size();
            Tensor sum = gradient;
            if (!Leaf.isZero(a.gradient(1))) {
                sum = sum.add(spread(this, a.gradient(1).mul(share)));
            }
            if (!Leaf.isZero(a.gradient(2))) {
                Tensor centred = x.sub(spread(this, a.result(1)));
                // All elements are the mean where there is no deviation: any divisor will do.
                Tensor deviation = a.result(2);
                Tensor divisor = Choice.orOne(deviation.greater(0), deviation);
                Tensor unit = centred.div(spread(this, divisor));
                sum = sum.add(unit.mul(spread(this, a.gradient(2).mul(share))));
            }
            return sum;
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] factors = e.of(gamma);
            double[] terms = e.of(beta);
            double[] out = e.result(0);
            var groups = new Groups(x.shape(), PerChannel.otherAxes(x.shape()));
            double[] means = groups.means(in);
            double[] variances = groups.variances(in, means);
            double[] normal = groups.standardized(in, means, variances, epsilon);
            for (int i = 0; i < out.length; i++) {
                int c = groups.of(i);
                out[i] = normal[i] * factors[c] + terms[c];
            }
            System.arraycopy(means, 0, e.result(1), 0, means.length);
            Arrays.setAll(e.result(2), c -> Math.sqrt(variances[c]));
        }

        @Override
        public List<Tensor> decompose(Form form) {
            var root = root(this, form);
            Tensor y = root.unit().mul(spread(this, gamma)).add(spread(this, beta));
            return List.of(y, channels(mean(this)), channels(root.root()));
        }

        private Tensor channels(Tensor numbers) {
            return numbers.reshape(x.dim(1));
        }
    }

    /**
     * The gradients of {@link BatchNormTraining}'s first result: with n the normalized operand and
     * means over a channel, by x it is γ·(g − mean(g) − n·mean(g·n)) / √(σ² + ε), by γ the sum of
     * g·n, by β the sum of g.
     *
     * @param x [n, c, …]
     * @param gamma γ of each channel, [c]
     * @param gradient g, the gradient of the normalized tensor
     * @param epsilon ε
     */
    record BatchNormGradient(Tensor x, Tensor gamma, Tensor gradient, float epsilon)
            implements BatchNormalization, RootNormalization, DecomposedForMil {
        @Override
        public TensorType infer() {
            Normalization.requireGradient(this, gradient);
            return requireChannels(this, gamma);
        }

        @Override
        public List<TensorType> inferAll() {
            return List.of(infer(), gamma.type(), gamma.type());
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] g = e.of(gradient);
            double[] factors = e.of(gamma);
            double[] in = e.of(x);
            double[] out = e.result(0);
            var groups = new Groups(x.shape(), together(this));
            double[] averages = groups.means(in);
            double[] variances = groups.variances(in, averages);
            double[] normal = groups.standardized(in, averages, variances, epsilon);
            double[] means = groups.means(g);
            double[] along = groups.means(Groups.products(g, normal));
            for (int i = 0; i < out.length; i++) {
                int c = groups.of(i);
                out[i] =
                        factors[c]
                                * (g[i] - means[c] - normal[i] * along[c])
                                / Math.sqrt(variances[c] + epsilon);
            }
            for (int c = 0; c < means.length; c++) {
                e.result(1)[c] = along[c] * groups.count();
                e.result(2)[c] = means[c] * groups.count();
            }
        }

        @Override
        public List<Tensor> decompose(Form form) {
            var root = root(this, form);
            Tensor product = gradient.mul(root.unit());
            Tensor ofGamma = sum(this, product);
            Tensor ofBeta = sum(this, gradient);
            Tensor rest =
                    gradient.sub(mean(gradient, ofBeta, form))
                            .sub(root.unit().mul(mean(product, ofGamma, form)));
            Tensor factor = spread(this, gamma).mul(root.inverse());
            return List.of(rest.mul(factor), ofGamma, ofBeta);
        }

        /** Returns a mean: by a sum that is there already, unless that could be too large. */
        private Tensor mean(Tensor tensor, Tensor sum, Form form) {
            double share = (double) x.dim(1) / x.shape().size();
            return switch (form) {
                case PLAIN -> spread(this, sum.mul(share));
                case SCALED -> RootMeanSquare.mean(tensor, together(this));
            };
        }
    }
}
