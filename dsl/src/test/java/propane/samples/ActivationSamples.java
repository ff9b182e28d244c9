package propane.samples;

import propane.spi.op.Activation;
import propane.spi.op.ChannelActivation;
import propane.spi.op.Op;
import propane.spi.op.ScaledActivation;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;
import java.util.function.Function;

/** Samples of {@link Activation}. */
public final class ActivationSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                plain(Activation.Relu::new),
                OpSample.of(d -> new Activation.Relu6(d.between(-3, 9, d.shape(), 0, 6))),
                plain(Activation.Tanh::new),
                plain(Activation.Sigmoid::new),
                plain(Activation.Silu::new),
                plain(Activation.Softplus::new),
                plain(Activation.Softsign::new),
                plain(Activation.Mish::new),
                OpSample.of(d -> new Activation.HardSwish(d.between(-5, 5, d.shape(), -3, 3))),
                OpSample.of(d ->
                        new Activation.Gelu(
                                d.real(d.shape()), d.oneOf(Activation.GeluMode.values()))),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    return new Activation.Softmax(d.real(shape), d.axis(shape));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    return new Activation.LogSoftmax(d.real(shape), d.axis(shape));
                }),
                OpSample.of(
                        d -> new ScaledActivation.LeakyRelu(d.real(d.shape()), d.fraction(-1, 1))),
                OpSample.of(d -> new ScaledActivation.Elu(d.real(d.shape()), d.fraction(0.1, 2))),
                OpSample.of(d ->
                        new ScaledActivation.ClampedRelu(d.away(d.shape(), 0, 1.5), 0.25f, 1.5f)),
                OpSample.of(
                        "bounded below 0",
                        d ->
                                new ScaledActivation.ClampedRelu(
                                        d.away(d.shape(), 0, -1), 0.5f, -0.5f)),
                OpSample.of(
                        d -> new ScaledActivation.ThresholdedRelu(d.away(d.shape(), 0.75), 0.75f)),
                OpSample.of(d ->
                        new ScaledActivation.LinearActivation(
                                d.real(d.shape()), d.fraction(-2, 2), d.fraction(-2, 2))),
                OpSample.of(d ->
                        new ScaledActivation.ScaledTanh(
                                d.real(d.shape()), d.fraction(-2, 2), d.fraction(-2, 2))),
                OpSample.of(d ->
                        new ScaledActivation.SigmoidHard(d.away(d.shape(), -1, 1), 0.5f, 0.5f)),
                OpSample.of(d -> {
                    Tensor x = d.real(d.shape(d.number(3, 5)));
                    return new ChannelActivation.Prelu(x, d.real(x.dim(1)));
                }),
                OpSample.of(d -> {
                    Tensor x = d.real(d.shape(d.number(3, 5)));
                    return new ChannelActivation.SoftplusParametric(
                            x, d.real(x.dim(1)), d.real(x.dim(1)));
                }));
    }

    private static OpSample plain(Function<Tensor, Op> op) {
        return OpSample.of(d -> op.apply(d.real(d.shape())));
    }
}
