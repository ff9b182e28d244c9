package propane.samples;

import propane.tensor.Shape;
import propane.tensor.TensorTransformation;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link TensorTransformation}. */
public final class TensorTransformationSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    var dims = new ArrayList<>(shape.dims());
                    java.util.Collections.reverse(dims);
                    dims.add(d.number(0, dims.size()), 1);
                    return new TensorTransformation.Reshape(d.real(shape), List.copyOf(dims));
                }),
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new TensorTransformation.Transpose(d.real(shape), d.order(shape.rank()));
                }),
                OpSample.of(TensorTransformationSamples::slice));
    }

    private static TensorTransformation slice(Draw d) {
        int[] dims = new int[d.number(1, 3)];
        var begin = new ArrayList<Integer>();
        var end = new ArrayList<Integer>();
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = d.number(1, 5);
            begin.add(d.number(0, dims[axis] - 1));
            end.add(d.number(begin.get(axis), dims[axis]));
        }
        return new TensorTransformation.SliceByIndex(
                d.real(dims), begin, end, d.numbers(dims.length, 1, 3));
    }
}
