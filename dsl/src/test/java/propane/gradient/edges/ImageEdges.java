package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.CropResizing.CropResize;
import propane.spi.op.ImageResizing;
import propane.spi.op.ImageResizing.Resize;
import propane.spi.op.ImageResizing.ResizeBilinear;
import propane.spi.op.ImageResizing.ResizeNearestNeighbor;
import propane.spi.op.ImageResizing.UpsampleBilinear;
import propane.spi.op.ImageResizing.UpsampleNearestNeighbor;
import propane.spi.op.ImageSampling.BoxCoordinateMode;
import propane.spi.op.ImageSampling.CoordinatesMode;
import propane.spi.op.ImageSampling.PaddingMode;
import propane.spi.op.ImageSampling.SamplingMode;
import propane.spi.op.PointSampling.Affine;
import propane.spi.op.PointSampling.Resample;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.List;

/** Images made larger or smaller, or sampled at points. */
final class ImageEdges implements Edges {
    private static final int[] ROW = {1, 1, 1, 2};
    private static final int[] POINT = {1, 1, 1, 2};

    private static Resample at(List<Tensor> x, PaddingMode padding) {
        return new Resample(
                x.get(0),
                x.get(1),
                SamplingMode.BILINEAR,
                padding,
                0.5f,
                CoordinatesMode.UNNORMALIZED,
                true);
    }

    @Override
    public List<Edge> rows() {
        return List.of(
                edge("repeats", x -> new UpsampleNearestNeighbor(x.getFirst(), 1, 2))
                        .at(ROW, INF, NAN)
                        .gives(2, 2),
                edge("of its own size", x -> new UpsampleBilinear(x.getFirst(), 1, 1, false))
                        .at(ROW, 3, -INF)
                        .gives(1, 1),
                edge("of its own size", x -> new ResizeNearestNeighbor(x.getFirst(), 1, 2))
                        .at(ROW, INF, NAN)
                        .gives(1, 1),
                edge(
                                "of its own size",
                                x ->
                                        new ResizeBilinear(
                                                x.getFirst(),
                                                1,
                                                2,
                                                ImageResizing.SamplingMode.DEFAULT))
                        .at(ROW, 3, -INF)
                        .gives(1, 1),
                edge(
                                "of its own size",
                                x ->
                                        new Resize(
                                                x.getFirst(),
                                                List.of(2),
                                                1,
                                                ImageResizing.InterpolationMode.LINEAR,
                                                ImageResizing.SamplingMode.DEFAULT))
                        .at(3, -INF)
                        .gives(1, 1),
                edge("on a pixel, the slope to the next", x -> at(x, PaddingMode.BORDER))
                        .at(ROW, 3, 5)
                        .at(POINT, 0, 0)
                        .gives(1, 0)
                        .gives(2, 0),
                edge("far outside, what lies there is flat", x -> at(x, PaddingMode.CONSTANT))
                        .at(ROW, INF, NAN)
                        .at(POINT, 100, -100)
                        .gives(0, 0)
                        .gives(0, 0),
                edge(
                                "left as it is, and flat",
                                x ->
                                        new Affine(
                                                x.get(0),
                                                x.get(1),
                                                1,
                                                2,
                                                SamplingMode.BILINEAR,
                                                PaddingMode.CONSTANT,
                                                0,
                                                CoordinatesMode.NORMALIZED_MINUS_ONE_TO_ONE,
                                                true))
                        .at(ROW, 0, 0)
                        .at(dims(1, 6), 1, 0, 0, 0, 1, 0)
                        .gives(1, 1)
                        .givesZeros(),
                edge(
                                "the whole, and flat",
                                x ->
                                        new CropResize(
                                                x.get(0),
                                                x.get(1),
                                                Tensor.constant(NDArray.of(new int[] {0})),
                                                1,
                                                2,
                                                false,
                                                1,
                                                BoxCoordinateMode.CORNERS_HEIGHT_FIRST,
                                                ImageResizing.SamplingMode.ALIGN_CORNERS,
                                                0))
                        .at(ROW, 7, 7)
                        .at(dims(1, 4), 0, 0, 0, 1)
                        .gives(1, 1)
                        .givesZeros());
    }
}
