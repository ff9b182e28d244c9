package propane.samples;

import propane.tensor.Activation;
import propane.tensor.Shape;

import java.util.List;

/** Samples of {@link Activation}. */
public final class ActivationSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> new Activation.Relu(d.real(d.shape()))),
                OpSample.of(d -> new Activation.Tanh(d.real(d.shape()))),
                OpSample.of(d -> new Activation.Sigmoid(d.real(d.shape()))),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    return new Activation.Softmax(d.real(shape), d.axis(shape));
                }));
    }
}
