package propane.samples;

import propane.spi.op.Convolution;
import propane.spi.op.PadType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link Convolution}. */
public final class ConvolutionSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    var numbers = new Numbers(d);
                    return new Convolution.Conv(
                            d.real(numbers.images()),
                            d.real(numbers.kernels()),
                            numbers.strides,
                            d.oneOf(PadType.values()),
                            numbers.pad,
                            numbers.dilations,
                            numbers.groups);
                }),
                OpSample.of(d -> {
                    var numbers = new Numbers(d);
                    return new Convolution.ConvTranspose(
                            d.real(numbers.result()),
                            d.real(numbers.kernels()),
                            numbers.pad,
                            numbers.images().dims(),
                            PadType.CUSTOM,
                            numbers.strides,
                            numbers.dilations,
                            numbers.groups);
                }),
                OpSample.of(d -> {
                    var numbers = new Numbers(d);
                    return new Convolution.ConvWeightGradient(
                            d.real(numbers.images()),
                            d.real(numbers.result()),
                            numbers.kernels(),
                            numbers.strides,
                            numbers.pad,
                            numbers.dilations,
                            numbers.groups);
                }));
    }

    /** The numbers of one convolution. */
    private static final class Numbers {
        private final int n;
        private final int groups;
        private final int in;
        private final int out;
        private final List<Integer> lengths = new ArrayList<>();
        private final List<Integer> kernel;
        private final List<Integer> strides;
        private final List<Integer> dilations;
        private final List<Integer> pad;

        private Numbers(Draw d) {
            int rank = d.number(1, 2);
            n = d.number(1, 2);
            groups = d.number(1, 2);
            in = groups * d.number(1, 2);
            out = groups * d.number(1, 2);
            kernel = d.numbers(rank, 1, 3);
            strides = d.numbers(rank, 1, 2);
            dilations = d.numbers(rank, 1, 2);
            pad = d.numbers(2 * rank, 0, 1);
            for (int i = 0; i < rank; i++) {
                lengths.add((kernel.get(i) - 1) * dilations.get(i) + d.number(1, 3));
            }
        }

        private Shape images() {
            return shape(n, in, lengths);
        }

        private Shape kernels() {
            return shape(out, in / groups, kernel);
        }

        private Shape result() {
            Tensor x = Tensor.constant(zeros(images()));
            Tensor weight = Tensor.constant(zeros(kernels()));
            return new Convolution.Conv(x, weight, strides, PadType.CUSTOM, pad, dilations, groups)
                    .infer()
                    .shape();
        }

        private static propane.tensor.NDArray zeros(Shape shape) {
            return propane.tensor.NDArray.full(propane.tensor.TensorType.float32(shape), 0);
        }

        private static Shape shape(int first, int second, List<Integer> rest) {
            var dims = new ArrayList<>(List.of(first, second));
            dims.addAll(rest);
            return new Shape(dims);
        }
    }
}
