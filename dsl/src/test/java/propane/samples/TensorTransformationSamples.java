package propane.samples;

import propane.tensor.AxisTransformation;
import propane.tensor.BlockTransformation;
import propane.tensor.Shape;
import propane.tensor.TensorTransformation;

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

    private static TensorTransformation slice(Draw d, boolean masked) {
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
