package propane.samples;

import propane.spi.op.RandomNumbers;
import propane.tensor.Shape;

import java.util.List;

/** Samples of {@link RandomNumbers}. */
public final class RandomNumbersSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d ->
                        new RandomNumbers.CounterUniform(
                                d.whole(-9, 9, Shape.shape(2)),
                                d.whole(0, 9, Shape.shape(1)),
                                "path",
                                d.shape())),
                OpSample.of(d ->
                        new RandomNumbers.CounterNormal(
                                d.whole(-9, 9, Shape.shape(2)),
                                d.whole(0, 9, Shape.shape(1)),
                                "path",
                                d.shape())));
    }
}
