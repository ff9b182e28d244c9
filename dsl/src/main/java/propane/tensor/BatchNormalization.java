package propane.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * Batch normalization: each channel by one mean and variance for all examples (Ioffe and Szegedy,
 * 2015).
 */
public sealed interface BatchNormalization extends Normalization, Composite {
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
        return Channels.spread(numbers, op.x().shape());
    }

    /** Returns the mean of each channel, [c]. */
    private static Tensor mean(BatchNormalization op, Tensor tensor) {
        return Tensor.of(
                new Reduction.ReduceMean(tensor, Channels.otherAxes(op.x().shape()), false));
    }

    /** Returns the sum of each channel, [c]. */
    private static Tensor sum(BatchNormalization op, Tensor tensor) {
        return Tensor.of(
                new Reduction.ReduceSum(tensor, Channels.otherAxes(op.x().shape()), false));
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
            var sum = new Once<>(() -> sum(this, g));
            var product = new Once<>(() -> sum(this, g.mul(x.sub(spread(this, mean)))));
            a.to(x, () -> g.mul(spread(this, factor)));
            a.to(mean, () -> sum.value().mul(factor).neg());
            a.to(variance, () -> product.value().mul(factor).mul(scale.square()).mul(-0.5));
            gamma.forEach(weight -> a.to(weight, () -> product.value().mul(scale)));
            beta.forEach(weight -> a.to(weight, sum::value));
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
                int c = Channels.of(i, x.shape());
                double normal = (in[i] - means[c]) / Math.sqrt(variances[c] + epsilon);
                double factor = factors.length == 0 ? 1 : factors[c];
                out[i] = normal * factor + (terms.length == 0 ? 0 : terms[c]);
            }
        }

        /** One product and one sum an element: the rest is worked out for each channel. */
        @Override
        public List<Tensor> expand() {
            Tensor scale = rsqrt(this, variance);
            Tensor factor = gamma.isEmpty() ? scale : scale.mul(gamma.getFirst());
            Tensor shift = mean.mul(factor).neg();
            Tensor term = beta.isEmpty() ? shift : beta.getFirst().add(shift);
            return List.of(x.mul(spread(this, factor)).add(spread(this, term)));
        }
    }

    /**
     * Batch normalization by the batch's own statistics, (x − μ) / √(σ² + ε) · γ + β: the results
     * are the normalized tensor, μ [c], and σ² [c] as the mean squared distance from μ.
     *
     * @param x [n, c, …]
     * @param gamma γ of each channel, [c]
     * @param beta β of each channel, [c]
     * @param epsilon ε
     */
    record BatchNormTraining(Tensor x, Tensor gamma, Tensor beta, float epsilon)
            implements BatchNormalization, Expandable {
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
            Tensor mean = a.result(1);
            var gradients =
                    new Once<>(() ->
                            Operation.of(
                                    new BatchNormGradient(
                                            x, gamma, mean, a.result(2), a.gradient(0), epsilon)));
            a.to(x, () -> throughStatistics(a, gradients.value().result(0)));
            a.to(gamma, () -> gradients.value().result(1));
            a.to(beta, () -> gradients.value().result(2));
        }

        /** Adds what reaches x through the mean and the variance where those are used. */
        private Tensor throughStatistics(Adjoint a, Tensor gradient) {
            double share = (double) x.dim(1) / x.shape().size();
            Tensor sum = gradient;
            if (!isZero(a.gradient(1))) {
                sum = sum.add(spread(this, a.gradient(1).mul(share)));
            }
            if (!isZero(a.gradient(2))) {
                Tensor centred = x.sub(spread(this, a.result(1)));
                sum = sum.add(centred.mul(spread(this, a.gradient(2).mul(2 * share))));
            }
            return sum;
        }

        private static boolean isZero(Tensor tensor) {
            return tensor.op() instanceof Leaf.Const(NDArray value)
                    && Arrays.stream(value.doubles()).allMatch(element -> element == 0);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] factors = e.of(gamma);
            double[] terms = e.of(beta);
            double[] out = e.result(0);
            var groups = new Groups(x.shape(), Channels.otherAxes(x.shape()));
            double[] means = groups.means(in);
            double[] variances = groups.variances(in, means);
            double[] normal = groups.standardized(in, means, variances, epsilon);
            for (int i = 0; i < out.length; i++) {
                int c = groups.of(i);
                out[i] = normal[i] * factors[c] + terms[c];
            }
            System.arraycopy(means, 0, e.result(1), 0, means.length);
            System.arraycopy(variances, 0, e.result(2), 0, variances.length);
        }

        @Override
        public List<Tensor> expand() {
            Tensor mean = mean(this, x);
            Tensor centred = x.sub(spread(this, mean));
            Tensor variance = mean(this, centred.square());
            Tensor factor = gamma.mul(rsqrt(this, variance));
            Tensor y = centred.mul(spread(this, factor)).add(spread(this, beta));
            return List.of(y, mean, variance);
        }
    }

    /**
     * The gradients of {@link BatchNormTraining}'s first result: with n the normalized operand and
     * means over a channel, by x it is γ·(g − mean(g) − n·mean(g·n)) / √(σ² + ε), by γ the sum of
     * g·n, by β the sum of g.
     *
     * @param x [n, c, …]
     * @param gamma γ of each channel, [c]
     * @param mean μ of the batch, [c]
     * @param variance σ² of the batch, [c]
     * @param gradient g, the gradient of the normalized tensor
     * @param epsilon ε
     */
    record BatchNormGradient(
            Tensor x, Tensor gamma, Tensor mean, Tensor variance, Tensor gradient, float epsilon)
            implements BatchNormalization, Expandable {
        @Override
        public TensorType infer() {
            if (!gradient.type().equals(x.type())) {
                throw OpRule.shape(
                        this,
                        x.type() + " has no gradient " + gradient.type(),
                        "give the gradient of the normalized tensor");
            }
            return requireChannels(this, gamma, mean, variance);
        }

        @Override
        public List<TensorType> inferAll() {
            return List.of(infer(), gamma.type(), gamma.type());
        }

        @Override
        public void vjp(Adjoint a) {
            a.through(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] g = e.of(gradient);
            double[] factors = e.of(gamma);
            double[] variances = e.of(variance);
            double[] out = e.result(0);
            var groups = new Groups(x.shape(), Channels.otherAxes(x.shape()));
            double[] normal = groups.standardized(e.of(x), e.of(mean), variances, epsilon);
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
        public List<Tensor> expand() {
            Tensor scale = rsqrt(this, variance);
            Tensor normal = x.sub(spread(this, mean)).mul(spread(this, scale));
            Tensor ofGamma = sum(this, gradient.mul(normal));
            Tensor ofBeta = sum(this, gradient);
            double share = (double) x.dim(1) / x.shape().size();
            Tensor rest =
                    gradient.sub(spread(this, ofBeta.mul(share)))
                            .sub(normal.mul(spread(this, ofGamma.mul(share))));
            return List.of(rest.mul(spread(this, gamma.mul(scale))), ofGamma, ofBeta);
        }
    }
}
