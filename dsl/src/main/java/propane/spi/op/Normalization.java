package propane.spi.op;

import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/** Ops that bring the elements of a tensor to a common scale. */
public sealed interface Normalization extends Op
        permits BatchNormalization,
                LayerNormalization,
                RmsNormalization,
                Normalization.GroupNorm,
                Normalization.L2Norm,
                Normalization.LocalResponseNorm {
    /** Returns what is normalized. */
    Tensor x();

    /** Requires at most one of some weights, of the operand's element type and of a shape. */
    static void requireWeights(Normalization op, List<Tensor> weights, Shape shape) {
        for (Tensor weight : weights) {
            OpRule.requireSame(op, op.x(), weight);
        }
        if (weights.size() > 1 || !weights.stream().allMatch(w -> w.shape().equals(shape))) {
            throw OpRule.shape(
                    op,
                    op.x().shape() + " takes one weight of " + shape + " at most, got " + weights,
                    "give a weight of that shape, or none");
        }
    }

    /** Requires the gradient of what is normalized to be of the operand's type. */
    static void requireGradient(Normalization op, Tensor gradient) {
        if (!gradient.type().equals(op.x().type())) {
            throw OpRule.shape(
                    op,
                    op.x().type() + " has no gradient " + gradient.type(),
                    "give the gradient of the normalized tensor");
        }
    }

    /**
     * Group normalization: groups of neighbouring channels of each example by their own mean and
     * variance, times γ plus β (Wu and He, 2018).
     *
     * @param x [n, c, …]
     * @param groups how many groups, a divisor of c
     * @param gamma γ, one number a channel, [c], or none
     * @param beta β, one number a channel, [c], or none
     * @param epsilon ε
     */
    record GroupNorm(Tensor x, int groups, List<Tensor> gamma, List<Tensor> beta, float epsilon)
            implements Normalization, DecomposedForMil {
        @Override
        public TensorType infer() {
            if (x.rank() < 2 || groups < 1 || x.dim(1) % groups != 0) {
                throw OpRule.shape(
                        this,
                        "needs [n, c, …] and a number of groups that divides c, got "
                                + x.shape()
                                + " and "
                                + groups,
                        "choose a divisor of the channels");
            }
            Normalization.requireWeights(this, gamma, Shape.shape(x.dim(1)));
            Normalization.requireWeights(this, beta, Shape.shape(x.dim(1)));
            return OpRule.requireFloat(this, x);
        }

        /** Returns the shape in which a group is a row. */
        private Shape rows() {
            int each = x.shape().tail().size() / groups;
            return Shape.shape(x.dim(0), groups, each);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            var parted = new Groups(rows(), List.of(2));
            double[] means = parted.means(in);
            double[] normal = parted.standardized(in, means, parted.variances(in, means), epsilon);
            double[] factors = gamma.isEmpty() ? new double[0] : e.of(gamma.getFirst());
            double[] terms = beta.isEmpty() ? new double[0] : e.of(beta.getFirst());
            for (int i = 0; i < out.length; i++) {
                int channel = PerChannel.of(i, x.shape());
                double scaled = factors.length == 0 ? normal[i] : normal[i] * factors[channel];
                out[i] = terms.length == 0 ? scaled : scaled + terms[channel];
            }
        }

        @Override
        public List<Tensor> decompose() {
            Tensor parted = x.reshape(rows().toArray());
            var norm =
                    new LayerNormalization.LayerNorm(
                            parted, List.of(-1), List.of(), List.of(), epsilon);
            Tensor y = Tensor.of(norm).reshape(x.shape().toArray());
            for (Tensor weight : gamma) {
                y = y.mul(PerChannel.spread(weight, x.shape()));
            }
            for (Tensor weight : beta) {
                y = y.add(PerChannel.spread(weight, x.shape()));
            }
            return List.of(y);
        }
    }

    /**
     * All of the last three axes over the root of their sum of squares, x / √(Σx² + ε).
     *
     * @param x [..., c, h, w]
     * @param epsilon ε
     */
    record L2Norm(Tensor x, float epsilon) implements Normalization, Decomposable {
        private static final int AXES = 3;

        @Override
        public TensorType infer() {
            if (x.rank() < AXES) {
                throw OpRule.shape(
                        this, "needs [..., c, h, w], got " + x.shape(), "reshape to three axes");
            }
            return OpRule.requireFloat(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            int count = Math.max(1, x.dim(-1) * x.dim(-2) * x.dim(-3));
            for (int from = 0; from < out.length; from += count) {
                double sum = epsilon;
                for (int i = from; i < from + count; i++) {
                    sum += in[i] * in[i];
                }
                for (int i = from; i < from + count; i++) {
                    out[i] = in[i] / Math.sqrt(sum);
                }
            }
        }

        @Override
        public List<Tensor> decompose() {
            int count = Math.max(1, x.dim(-1) * x.dim(-2) * x.dim(-3));
            var norm =
                    new RmsNormalization.RmsNorm(
                            x, List.of(-3, -2, -1), List.of(), epsilon / count);
            return List.of(Tensor.of(norm).mul(1 / Math.sqrt(count)));
        }
    }

    /**
     * Elements damped by those of neighbouring channels, x / (k + α / size · Σx²)<sup>β</sup>, the
     * sum over {@code size} channels around each (Krizhevsky et al.: ImageNet Classification, 2012,
     * with PyTorch's division by the size). Of an even number one more lies before than after.
     *
     * @param x [n, c, spatial…]
     * @param size the number of channels
     * @param alpha α
     * @param beta β
     * @param k what is added
     */
    record LocalResponseNorm(Tensor x, int size, float alpha, float beta, float k)
            implements Normalization, Decomposable {
        @Override
        public TensorType infer() {
            if (x.rank() < 3 || size < 1) {
                throw OpRule.shape(
                        this,
                        "needs [n, c, spatial…] and one channel or more, got "
                                + x.shape()
                                + " and "
                                + size,
                        "reshape to channels, or take more of them");
            }
            return OpRule.requireFloat(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        private int first(int channel) {
            return Math.max(0, channel - size / 2);
        }

        private int last(int channel) {
            return Math.min(x.dim(1) - 1, channel + (size - 1) / 2);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            int channels = x.dim(1);
            int area = x.shape().strides()[1];
            for (int i = 0; i < out.length; i++) {
                int channel = i / area % channels;
                double sum = 0;
                for (int other = first(channel); other <= last(channel); other++) {
                    double neighbour = in[i + (other - channel) * area];
                    sum += neighbour * neighbour;
                }
                out[i] = in[i] * Math.pow(k + alpha / (double) size * sum, -beta);
            }
        }

        /** The sums over neighbours as a product with a band of ones. */
        @Override
        public List<Tensor> decompose() {
            int channels = x.dim(1);
            float[] band = new float[channels * channels];
            for (int c = 0; c < channels; c++) {
                Arrays.fill(band, c * channels + first(c), c * channels + last(c) + 1, 1);
            }
            Tensor ones = Tensor.constant(NDArray.of(band, channels, channels)).cast(x.dtype());
            // The factor comes first: squares alone may be beyond float16.
            double factor = alpha / (double) size;
            Tensor small = x.mul(Math.sqrt(Math.abs(factor)));
            Tensor squares = small.square().reshape(x.dim(0), channels, x.shape().strides()[1]);
            Tensor sums = ones.matmul(squares).reshape(x.shape().toArray());
            return List.of(x.mul(sums.mul(Math.signum(factor)).add(k).pow(-beta)));
        }
    }
}
