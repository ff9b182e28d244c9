package propane.doctor;

import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Convolution;
import propane.spi.op.PadType;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The programs that questions are asked with; all of them float16. */
final class ProbePrograms {
    private static final int CHANNELS = 64;
    private static final int SIDE = 32;

    private ProbePrograms() {}

    private static Port port(String name, Role role, int... dims) {
        return new Port(name, role, new TensorType(DType.FLOAT16, Shape.shape(dims)));
    }

    private static Program only(String name, Program.Output... outputs) {
        return Program.of(Program.Function.of(name, List.of(outputs)));
    }

    /** A convolution whose weight is an input. */
    static Program convolution() {
        Tensor x = port("x", Role.BATCH, 1, CHANNELS, SIDE, SIDE).tensor();
        Tensor weight = port("weight", Role.WEIGHT, CHANNELS, CHANNELS, 3, 3).tensor();
        var op =
                new Convolution.Conv(
                        x, weight, List.of(1, 1), PadType.SAME, pads(), List.of(1, 1), 1);
        return only("predict", Program.Output.result("y", Tensor.of(op)));
    }

    /** A transposed convolution whose weight is an input. */
    static Program transposedConvolution() {
        Tensor x = port("x", Role.BATCH, 1, CHANNELS, SIDE / 2, SIDE / 2).tensor();
        Tensor weight = port("weight", Role.WEIGHT, CHANNELS, CHANNELS, 2, 2).tensor();
        var op =
                new Convolution.ConvTranspose(
                        x,
                        weight,
                        pads(),
                        List.of(1, CHANNELS, SIDE, SIDE),
                        PadType.VALID,
                        List.of(2, 2),
                        List.of(1, 1),
                        1);
        return only("predict", Program.Output.result("y", Tensor.of(op)));
    }

    private static List<Integer> pads() {
        return IntStream.range(0, 4).mapToObj(_ -> 0).toList();
    }

    /** A weight to which a batch is added, and its mean; another function shows the mean alone. */
    static Program counting() {
        Port weight = port("weight", Role.WEIGHT, CHANNELS, SIDE);
        Tensor sum = weight.tensor().add(port("x", Role.BATCH, CHANNELS, SIDE).tensor().mul(2));
        return Program.of(
                Program.Function.of(
                        "add",
                        List.of(
                                Program.Output.replacing(weight, sum),
                                Program.Output.result("mean", mean(sum)))),
                Program.Function.of(
                        "show", List.of(Program.Output.result("mean", mean(weight.tensor())))));
    }

    private static Tensor mean(Tensor x) {
        return x.mean(0, 1).reshape(1);
    }

    /** The gradients of two layers under a mean squared error. */
    static Program perceptron(int batch, int in, int hidden, int out) {
        Map<Port, Tensor> weights = new LinkedHashMap<>();
        Tensor x = port("x", Role.BATCH, batch, in).tensor();
        Tensor first = dense(x, "first", hidden, weights).relu();
        Tensor y = dense(first, "second", out, weights);
        return gradients(y, weights);
    }

    /**
     * The gradients of a transformer's block: attention, then two layers, each added to its input.
     */
    static Program block(int sequences, int length, int width, int heads) {
        Map<Port, Tensor> weights = new LinkedHashMap<>();
        int rows = sequences * length;
        Tensor x = port("x", Role.BATCH, rows, width).tensor();
        Tensor normal = normalized(x, "attention_norm", weights);
        Tensor query = split(normal, "query", sequences, heads, weights);
        Tensor key = split(normal, "key", sequences, heads, weights);
        Tensor value = split(normal, "value", sequences, heads, weights);
        double scale = 1 / Math.sqrt((double) width / heads);
        Tensor mixed = query.matmul(key.transpose(0, 1, 3, 2)).mul(scale).softmax(-1).matmul(value);
        Tensor joined = mixed.transpose(0, 2, 1, 3).reshape(rows, width);
        Tensor middle = x.add(dense(joined, "joined", width, weights));
        Tensor wide = normalized(middle, "wide_norm", weights);
        Tensor hidden = dense(wide, "wide", 4 * width, weights).gelu();
        return gradients(middle.add(dense(hidden, "narrow", width, weights)), weights);
    }

    private static Tensor split(
            Tensor x, String name, int sequences, int heads, Map<Port, Tensor> weights) {
        int width = x.dim(1);
        return dense(x, name, width, weights)
                .reshape(sequences, x.dim(0) / sequences, heads, width / heads)
                .transpose(0, 2, 1, 3);
    }

    private static Tensor dense(Tensor x, String name, int out, Map<Port, Tensor> weights) {
        Tensor matrix = weight(port(name + "_weight", Role.WEIGHT, x.dim(1), out), weights);
        Tensor bias = weight(port(name + "_bias", Role.WEIGHT, 1, out), weights);
        return x.matmul(matrix).add(bias);
    }

    private static Tensor normalized(Tensor x, String name, Map<Port, Tensor> weights) {
        Tensor gain = weight(port(name + "_gain", Role.WEIGHT, 1, x.dim(1)), weights);
        Tensor shift = weight(port(name + "_shift", Role.WEIGHT, 1, x.dim(1)), weights);
        Tensor centred = x.sub(x.mean(1, true));
        Tensor spread = centred.square().mean(1, true).add(1e-3).rsqrt();
        return centred.mul(spread).mul(gain).add(shift);
    }

    private static Tensor weight(Port port, Map<Port, Tensor> weights) {
        return weights.computeIfAbsent(port, Port::tensor);
    }

    /** The error's slope is written down, and so is fit for float16. */
    private static Program gradients(Tensor y, Map<Port, Tensor> weights) {
        int[] dims = y.shape().toArray();
        Tensor off = y.sub(port("target", Role.BATCH, dims).tensor());
        var slopes =
                ReverseMode.gradients(
                        List.of(y), List.of(off.mul(1.0 / dims[0])), List.copyOf(weights.values()));
        var outputs = new ArrayList<Program.Output>();
        int next = 0;
        for (Port port : weights.keySet()) {
            outputs.add(Program.Output.gradient(port, slopes.get(next++)));
        }
        return only("gradients", outputs.toArray(Program.Output[]::new));
    }
}
