package propane.golden;

import propane.spi.op.Convolution;
import propane.spi.op.PadType;
import propane.spi.op.Pool;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The convolutions and pools of the golden cases. */
final class WindowReaders {
    private WindowReaders() {}

    static Map<String, GoldenReader> all() {
        var all = new TreeMap<String, GoldenReader>();
        all.put("conv1d", in -> List.of(conv(in, 1)));
        all.put("conv2d", in -> List.of(conv(in, 2)));
        all.put("conv_transpose2d", in -> List.of(transposed(in)));
        all.put(
                "max_pool2d",
                in -> {
                    var numbers = new Numbers(in, 2);
                    return List.of(
                            Tensor.of(
                                    new Pool.MaxPool(
                                            in.x(),
                                            numbers.of("kernel", 1),
                                            numbers.of("stride", 1),
                                            PadType.CUSTOM,
                                            numbers.pads(),
                                            false)));
                });
        all.put(
                "avg_pool2d",
                in -> {
                    var numbers = new Numbers(in, 2);
                    return List.of(
                            Tensor.of(
                                    new Pool.AvgPool(
                                            in.x(),
                                            numbers.of("kernel", 1),
                                            numbers.of("stride", 1),
                                            PadType.CUSTOM,
                                            numbers.pads(),
                                            !in.truth("count_include_pad", true),
                                            false)));
                });
        all.put("global_avg_pool2d", in -> List.of(in.x().mean(new int[] {2, 3}, true)));
        return all;
    }

    private record Numbers(GoldenReader.Inputs in, int axes) {
        List<Integer> of(String name, int otherwise) {
            return in.golden().ints(name, axes, otherwise);
        }

        List<Integer> pads() {
            var pads = new ArrayList<Integer>();
            of("padding", 0).forEach(pad -> pads.addAll(List.of(pad, pad)));
            return pads;
        }
    }

    private static Tensor conv(GoldenReader.Inputs in, int axes) {
        var numbers = new Numbers(in, axes);
        Tensor product =
                Tensor.of(
                        new Convolution.Conv(
                                in.x(),
                                in.at("weight"),
                                numbers.of("stride", 1),
                                PadType.CUSTOM,
                                numbers.pads(),
                                numbers.of("dilation", 1),
                                in.golden().ints("groups", 1, 1).getFirst()));
        return in.values().containsKey("bias") ? product.add(bias(in, axes)) : product;
    }

    private static Tensor bias(GoldenReader.Inputs in, int axes) {
        Tensor bias = in.at("bias");
        return axes == 1 ? bias.reshape(-1, 1) : bias.reshape(-1, 1, 1);
    }

    /** PyTorch's output padding is that much less padding behind. */
    private static Tensor transposed(GoldenReader.Inputs in) {
        var numbers = new Numbers(in, 2);
        Tensor x = in.x();
        Tensor weight = in.at("weight");
        var shape = new ArrayList<>(List.of(x.dim(0), weight.dim(1)));
        var pads = new ArrayList<Integer>();
        for (int axis = 0; axis < 2; axis++) {
            int pad = numbers.of("padding", 0).get(axis);
            int more = numbers.of("output_padding", 0).get(axis);
            int stride = numbers.of("stride", 1).get(axis);
            pads.addAll(List.of(pad, pad - more));
            shape.add((x.dim(axis + 2) - 1) * stride - 2 * pad + weight.dim(axis + 2) + more);
        }
        Tensor product =
                Tensor.of(
                        new Convolution.ConvTranspose(
                                x,
                                weight,
                                pads,
                                shape,
                                PadType.CUSTOM,
                                numbers.of("stride", 1),
                                numbers.of("dilation", 1),
                                1));
        return product.add(bias(in, 2));
    }
}
