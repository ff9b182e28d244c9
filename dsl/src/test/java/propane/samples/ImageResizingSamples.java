package propane.samples;

import propane.spi.op.ImageResizing;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link ImageResizing}. */
public final class ImageResizingSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d ->
                        new ImageResizing.UpsampleNearestNeighbor(
                                images(d), d.number(1, 3), d.number(1, 3))),
                OpSample.of(d ->
                        new ImageResizing.UpsampleBilinear(
                                images(d), d.number(1, 3), d.number(1, 3), d.flag())),
                OpSample.of(d ->
                        new ImageResizing.ResizeNearestNeighbor(
                                images(d), d.number(1, 6), d.number(1, 6))),
                OpSample.of(d ->
                        new ImageResizing.ResizeBilinear(
                                images(d), d.number(1, 6), d.number(1, 6), sampling(d))),
                OpSample.of(d -> {
                    boolean isWhole = d.flag();
                    Shape shape = d.filled(d.number(1, 4));
                    var lengths = d.numbers(d.number(1, shape.rank()), 0, 5);
                    return new ImageResizing.Resize(
                            d.real(shape),
                            lengths,
                            d.number(1, lengths.size()),
                            isWhole
                                    ? ImageResizing.InterpolationMode.NEAREST_NEIGHBOR
                                    : ImageResizing.InterpolationMode.LINEAR,
                            isWhole ? ImageResizing.SamplingMode.DEFAULT : sampling(d));
                }));
    }

    private static ImageResizing.SamplingMode sampling(Draw d) {
        return d.oneOf(ImageResizing.SamplingMode.values());
    }

    private static Tensor images(Draw d) {
        var dims = new ArrayList<>(d.shape(d.number(1, 2)).dims());
        dims.addAll(d.filled(2).dims());
        return d.real(new Shape(dims));
    }
}
