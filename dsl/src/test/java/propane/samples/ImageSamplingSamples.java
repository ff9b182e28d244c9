package propane.samples;

import propane.spi.op.CropResizing;
import propane.spi.op.ImageResizing;
import propane.spi.op.ImageSampling;
import propane.spi.op.PointSampling;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/** Samples of {@link ImageSampling}. */
public final class ImageSamplingSamples implements FamilySamples {
    private static final double FROM = -1.6;

    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> resample(d, ImageSampling.SamplingMode.BILINEAR)),
                OpSample.of("nearest", d -> resample(d, ImageSampling.SamplingMode.NEAREST)),
                OpSample.of(
                        "whole points",
                        d -> {
                            int n = d.number(1, 2);
                            Shape points = Shape.shape(n, d.number(1, 3), d.number(1, 3), 2);
                            return new PointSampling.Resample(
                                    images(d, n),
                                    d.whole(-4, 6, points),
                                    d.oneOf(ImageSampling.SamplingMode.values()),
                                    d.oneOf(ImageSampling.PaddingMode.values()),
                                    0.5f,
                                    ImageSampling.CoordinatesMode.UNNORMALIZED,
                                    true);
                        }),
                OpSample.of(d -> {
                    int n = d.number(1, 2);
                    return new PointSampling.Affine(
                            images(d, n),
                            d.between(-1.1, 1.2, Shape.shape(d.flag() ? 1 : n, 6)),
                            d.number(1, 3),
                            d.number(1, 3),
                            ImageSampling.SamplingMode.BILINEAR,
                            ImageSampling.PaddingMode.CONSTANT,
                            0,
                            ImageSampling.CoordinatesMode.NORMALIZED_MINUS_ONE_TO_ONE,
                            true);
                }),
                OpSample.of(d -> {
                    int n = d.number(1, 2);
                    Tensor x = images(d, n);
                    int boxes = d.number(1, 3);
                    boolean isUnit = d.flag();
                    Shape shape = Shape.shape(boxes, 4);
                    return new CropResizing.CropResize(
                            x,
                            isUnit ? d.between(-0.2, 1.3, shape) : d.between(-0.7, 3.4, shape),
                            d.whole(0, n, Shape.shape(boxes)),
                            d.number(1, 3),
                            d.number(1, 3),
                            isUnit,
                            d.flag() ? 1 : 0.75f,
                            d.oneOf(ImageSampling.BoxCoordinateMode.values()),
                            d.oneOf(ImageResizing.SamplingMode.values()),
                            d.flag() ? 0 : 0.5f);
                }));
    }

    private static Tensor images(Draw d, int n) {
        return d.real(n, d.number(1, 2), d.number(1, 4), d.number(1, 4));
    }

    /** Keeps points away from where a value jumps or has two slopes: at pixels and between two. */
    private static PointSampling.Resample resample(Draw d, ImageSampling.SamplingMode how) {
        int n = d.number(1, 2);
        int side = d.number(1, 4);
        var mode = d.oneOf(ImageSampling.CoordinatesMode.values());
        boolean isAligned = d.flag();
        double slope = side == 1 && isAligned ? 1 : unit(mode, side, isAligned);
        double offset =
                switch (mode) {
                    case UNNORMALIZED -> 0;
                    case NORMALIZED_MINUS_ONE_TO_ONE -> (side - 1) / 2.0;
                    case NORMALIZED_ZERO_TO_ONE -> isAligned ? 0 : -0.5;
                };
        double[] kinks =
                IntStream.rangeClosed(-6, 12)
                        .mapToDouble(half -> (half / 2.0 - offset) / slope)
                        .toArray();
        Shape points = Shape.shape(n, d.number(1, 3), d.number(1, 2), 2);
        return new PointSampling.Resample(
                d.real(n, d.number(1, 2), side, side),
                d.between((FROM - offset) / slope, (side + 0.7 - offset) / slope, points, kinks),
                how,
                d.oneOf(ImageSampling.PaddingMode.values()),
                d.flag() ? 0 : 0.5f,
                mode,
                isAligned);
    }

    private static double unit(ImageSampling.CoordinatesMode mode, int n, boolean isAligned) {
        int length = isAligned ? n - 1 : n;
        return switch (mode) {
            case UNNORMALIZED -> 1;
            case NORMALIZED_MINUS_ONE_TO_ONE -> length / 2.0;
            case NORMALIZED_ZERO_TO_ONE -> length;
        };
    }
}
