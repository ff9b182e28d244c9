package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * Activation functions with a number for each channel, of [n, c, spatial…]. MIL takes these numbers
 * as constants only.
 */
public sealed interface ChannelActivation extends Activation {
    /** Returns the number for each channel, [c]. */
    Tensor alpha();

    @Override
    default TensorType infer() {
        requireChannels(this, alpha());
        return Activation.super.infer();
    }

    private static void requireChannels(ChannelActivation op, Tensor numbers) {
        Tensor x = op.x();
        OpRule.requireSame(op, x, numbers);
        if (x.rank() < 3 || numbers.rank() != 1 || numbers.dim(0) != x.dim(1)) {
            throw OpRule.shape(
                    op,
                    "needs [n, c, spatial…] and a number for each channel, got "
                            + x.shape()
                            + " and "
                            + numbers.shape(),
                    "give as many numbers as the second axis is long");
        }
    }

    /** Returns numbers of the channels shaped so that they meet theirs. */
    private static Tensor spread(ChannelActivation op, Tensor numbers) {
        return PerChannel.spread(numbers, op.x().shape());
    }

    /** Returns the sums of each channel. */
    private static Tensor sums(Tensor whole) {
        int[] axes = new int[whole.rank() - 1];
        for (int i = 1; i < axes.length; i++) {
            axes[i] = i + 1;
        }
        return whole.sum(axes);
    }

    /** Returns the channel of an element. */
    private static int channel(ChannelActivation op, int element) {
        Shape shape = op.x().shape();
        return element / shape.strides()[1] % shape.dim(1);
    }

    /**
     * The leaky rectifier whose slopes are learned: x where x {@literal >} 0, α<sub>c</sub>x
     * elsewhere (He et al., 2015).
     *
     * @param x [n, c, spatial…]
     * @param alpha the slope below 0 of each channel, [c]
     */
    record Prelu(Tensor x, Tensor alpha) implements ChannelActivation {
        @Override
        public void vjp(Adjoint a) {
            Tensor g = a.gradient();
            a.accumulate(x, () -> x.greater(0).where(g, g.mul(spread(this, alpha))));
            a.accumulate(alpha, () -> sums(Choice.zeroOr(x.greater(0), g.mul(x))));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] slopes = e.of(alpha);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                out[i] = in[i] > 0 ? in[i] : slopes[channel(this, i)] * in[i];
            }
        }
    }

    /**
     * The soft rectifier with two numbers for each channel, α<sub>c</sub> ln(1 +
     * e<sup>β<sub>c</sub>x</sup>).
     *
     * @param x [n, c, spatial…]
     * @param alpha the factor of each channel, [c]
     * @param beta the steepness of each channel, [c]
     */
    record SoftplusParametric(Tensor x, Tensor alpha, Tensor beta) implements ChannelActivation {
        @Override
        public TensorType infer() {
            requireChannels(this, beta);
            return ChannelActivation.super.infer();
        }

        @Override
        public void vjp(Adjoint a) {
            Tensor g = a.gradient();
            Tensor factor = spread(this, alpha);
            Tensor scaled = x.mul(spread(this, beta));
            a.accumulate(x, () -> g.mul(factor).mul(spread(this, beta)).mul(scaled.sigmoid()));
            a.accumulate(alpha, () -> sums(g.mul(scaled.softplus())));
            a.accumulate(beta, () -> sums(g.mul(factor).mul(x).mul(scaled.sigmoid())));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] factors = e.of(alpha);
            double[] steepness = e.of(beta);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                int c = channel(this, i);
                out[i] = factors[c] * SpecialFunctions.softplus(steepness[c] * in[i]);
            }
        }
    }
}
