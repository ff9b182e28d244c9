package propane.samples;

import propane.spi.op.AxisTransformation;
import propane.spi.op.BatchTransformation;
import propane.spi.op.BlockTransformation;
import propane.spi.op.PartTransformation;
import propane.spi.op.TensorTransformation;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Samples of {@link TensorTransformation}. */
public final class TensorTransformationSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    var dims = new ArrayList<>(shape.dims());
                    Collections.reverse(dims);
                    dims.add(d.number(0, dims.size()), 1);
                    return new TensorTransformation.Reshape(d.real(shape), List.copyOf(dims));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new TensorTransformation.Transpose(d.real(shape), d.order(shape.rank()));
                }),
                OpSample.of(d -> slice(d, false)),
                OpSample.of("masked", d -> slice(d, true)),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(0, 3));
                    int added = d.number(1, 2);
                    int rank = shape.rank() + added;
                    var axes =
                            d.order(rank).subList(0, added).stream()
                                    .map(axis -> d.flag() ? axis : axis - rank)
                                    .toList();
                    return new AxisTransformation.ExpandDims(d.real(shape), axes);
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(1, 4));
                    var axes = d.axes(shape);
                    for (int axis : axes) {
                        shape = shape.with(axis, 1);
                    }
                    return new AxisTransformation.Squeeze(d.real(shape), axes);
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new AxisTransformation.Reverse(d.real(shape), d.axes(shape));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new AxisTransformation.Flatten2d(
                            d.real(shape), d.number(-shape.rank(), shape.rank()));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape(d.number(2, 4));
                    var axes = d.order(shape.rank());
                    int batch = axes.get(1);
                    Tensor lengths =
                            d.whole(0, shape.dim(axes.get(0)) + 1, Shape.shape(shape.dim(batch)));
                    return new PartTransformation.ReverseSequence(
                            d.real(shape), lengths, axes.get(0), batch);
                }),
                OpSample.of(d -> {
                    var above = d.numbers(2, 0, 2);
                    var before = d.numbers(2, 0, 2);
                    int height = above.getFirst() + above.getLast() + d.number(0, 3);
                    int width = before.getFirst() + before.getLast() + d.number(1, 3);
                    Tensor x = d.real(d.number(1, 2), d.number(1, 3), height, width);
                    return new PartTransformation.Crop(x, above, before);
                }),
                OpSample.of(d -> {
                    var slice = slice(d, d.flag());
                    return new PartTransformation.SliceUpdate(
                            slice.x(),
                            d.real(slice.infer().shape()),
                            slice.begin(),
                            slice.end(),
                            slice.stride(),
                            slice.beginMask(),
                            slice.endMask(),
                            slice.squeezeMask());
                }),
                OpSample.of(d -> {
                    var block = d.numbers(2, 1, 3);
                    int[] pads = {d.number(0, 2), d.number(0, 2), d.number(0, 2), d.number(0, 2)};
                    int height = multiple(block.get(0), pads[0] + pads[1]);
                    int width = multiple(block.get(1), pads[2] + pads[3]);
                    return new BatchTransformation.SpaceToBatch(
                            d.real(d.number(1, 2), d.number(1, 2), height, width),
                            block,
                            NDArray.of(pads, 2, 2));
                }),
                OpSample.of(d -> {
                    var block = d.numbers(2, 1, 3);
                    int n = block.get(0) * block.get(1) * d.number(1, 2);
                    int[] crops = {d.number(0, 1), d.number(0, 1), d.number(0, 1), 0};
                    return new BatchTransformation.BatchToSpace(
                            d.real(n, d.number(1, 2), 2, 3), block, NDArray.of(crops, 2, 2));
                }),
                OpSample.of(TensorTransformationSamples::sized),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 3));
                    int axis = d.axis(shape);
                    Shape longer = shape.with(axis, d.number(1, 7));
                    return new AxisTransformation.SlidingWindows(
                            d.real(longer), axis, d.number(1, longer.dim(axis)), d.number(1, 3));
                }),
                OpSample.of(d -> {
                    int b = d.number(1, 3);
                    return new BlockTransformation.DepthToSpace(
                            d.real(d.number(1, 2), b * b * d.number(0, 2), 1, 2), b);
                }),
                OpSample.of(d -> {
                    int b = d.number(1, 3);
                    return new BlockTransformation.SpaceToDepth(
                            d.real(d.number(1, 2), d.number(0, 2), b, 2 * b), b);
                }),
                OpSample.of(d -> {
                    int b = d.number(1, 3);
                    return new BlockTransformation.PixelShuffle(
                            d.real(d.number(1, 2), b * b * d.number(0, 2), 1, 2), b);
                }),
                OpSample.of(d -> {
                    int b = d.number(1, 3);
                    return new BlockTransformation.PixelUnshuffle(
                            d.real(d.number(1, 2), d.number(0, 2), b, 2 * b), b);
                }));
    }

    /** A length that makes a multiple of a block with its padding. */
    private static int multiple(int block, int padding) {
        return 2 * block - padding % block;
    }

    private static TensorTransformation.SliceByIndex slice(Draw d, boolean masked) {
        int rank = d.number(1, 3);
        int[] dims = new int[rank];
        var begin = new ArrayList<Integer>();
        var end = new ArrayList<Integer>();
        var stride = new ArrayList<Integer>();
        List<List<Boolean>> masks =
                List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int axis = 0; axis < rank; axis++) {
            int length = d.number(1, 6);
            dims[axis] = length;
            int from = d.number(0, length - 1);
            int to = d.number(from, length);
            boolean backwards = masked && d.flag();
            // Walked backwards, the part ends before its first element.
            begin.add(backwards ? Math.max(from, to - 1) : from);
            end.add(backwards ? from : to);
            stride.add(d.number(1, 3) * (backwards ? -1 : 1));
            for (var mask : masks) {
                mask.add(masked && d.number(0, 3) == 0);
            }
            if (masked && d.flag()) {
                begin.set(axis, begin.get(axis) - length);
                end.set(axis, end.get(axis) == length ? length : end.get(axis) - length);
            }
        }
        return new TensorTransformation.SliceByIndex(
                d.real(dims), begin, end, stride, masks.get(0), masks.get(1), masks.get(2));
    }

    private static TensorTransformation sized(Draw d) {
        Shape shape = d.shape();
        var begin = new ArrayList<Integer>();
        var size = new ArrayList<Integer>();
        for (int length : shape.dims()) {
            int from = d.number(0, Math.max(0, length - 1));
            begin.add(d.flag() && length > 0 ? from - length : from);
            size.add(d.flag() ? -1 : d.number(0, length - from));
        }
        return new AxisTransformation.SliceBySize(d.real(shape), begin, size);
    }
}
