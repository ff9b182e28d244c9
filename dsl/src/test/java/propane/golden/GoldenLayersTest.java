package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import propane.autodiff.ReverseMode;
import propane.nn.Attention;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Layers;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Weight;
import propane.tensor.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Role;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Layers with the weights of PyTorch's: their outputs, and the gradients of all they take. */
class GoldenLayersTest {
    private static final List<String> OPS =
            List.of(
                    "linear",
                    "conv1d",
                    "conv2d",
                    "max_pool2d",
                    "avg_pool2d",
                    "batch_norm",
                    "layer_norm",
                    "rms_norm",
                    "group_norm",
                    "instance_norm",
                    "embedding",
                    "conv_transpose2d",
                    "upsample_nearest",
                    "upsample_bilinear",
                    "relu",
                    "relu6",
                    "leaky_relu",
                    "elu",
                    "gelu",
                    "gelu_tanh",
                    "silu",
                    "mish",
                    "hardswish",
                    "softplus",
                    "tanh",
                    "sigmoid");

    @TestFactory
    Stream<DynamicTest> layers() {
        var cases =
                GoldenCase.all("ops").stream()
                        .filter(golden -> OPS.contains(golden.op()) && isUniform(golden))
                        .toList();
        assertThat(cases).hasSizeGreaterThan(18);
        assertThat(cases.stream().map(GoldenCase::op).distinct()).hasSameSizeAs(OPS);
        return cases.stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)));
    }

    /** Layers have one number for all axes; the ops' own test has the other cases. */
    private static boolean isUniform(GoldenCase golden) {
        return Stream.of("stride", "padding", "dilation", "kernel")
                .noneMatch(name -> golden.ints(name, 2, 1).stream().distinct().count() > 1);
    }

    private static Layer layer(GoldenCase golden) {
        double epsilon =
                golden.attributes().has("eps") ? golden.attributes().at("eps").number() : 0;
        return switch (golden.op()) {
            case "linear" -> Layers.dense(golden.array("in.weight").shape().dim(0));
            case "conv1d", "conv2d" -> {
                var weight = golden.array("in.weight").shape();
                var conv =
                        Layers.conv(weight.dim(0), weight.dim(2))
                                .stride(one(golden, "stride", 1))
                                .padding(one(golden, "padding", 0))
                                .dilation(one(golden, "dilation", 1))
                                .groups(one(golden, "groups", 1));
                yield golden.arrays().containsKey("in.bias") ? conv : conv.withoutBias();
            }
            case "max_pool2d", "avg_pool2d" -> {
                int size = one(golden, "kernel", 0);
                var pool =
                        golden.op().startsWith("max")
                                ? Layers.maxPool(size)
                                : Layers.averagePool(size);
                pool = pool.stride(one(golden, "stride", size)).padding(one(golden, "padding", 0));
                boolean counts =
                        !golden.attributes().has("count_include_pad")
                                || golden.attributes().at("count_include_pad").truth();
                yield counts ? pool : pool.excludingPadding();
            }
            case "batch_norm" -> Layers.batchNorm().epsilon(epsilon);
            case "layer_norm" ->
                    Layers.layerNorm()
                            .axes(golden.attributes().at("normalized_shape").items().size())
                            .epsilon(epsilon);
            case "rms_norm" -> Layers.rmsNorm().epsilon(epsilon);
            case "group_norm" -> Layers.groupNorm(one(golden, "groups", 0)).epsilon(epsilon);
            case "instance_norm" -> Layers.instanceNorm().epsilon(epsilon);
            case "embedding" -> {
                var shape = golden.array("in.weight").shape();
                yield Layers.embedding(shape.dim(0), shape.dim(1));
            }
            case "conv_transpose2d" -> {
                var weight = golden.array("in.weight").shape();
                yield Layers.convTranspose(weight.dim(1), weight.dim(2))
                        .stride(one(golden, "stride", 1))
                        .padding(one(golden, "padding", 0))
                        .extra(one(golden, "output_padding", 0));
            }
            case "upsample_nearest" -> Layers.upsample(one(golden, "scale", 1));
            case "upsample_bilinear" -> Layers.upsample(one(golden, "scale", 1)).linear();
            case "relu" -> Layers.relu();
            case "relu6" -> Layers.relu6();
            case "leaky_relu" -> Layers.leakyRelu(0.1);
            case "elu" -> Layers.elu();
            case "gelu" -> Layers.gelu();
            case "gelu_tanh" -> Layers.gelu().tanh();
            case "silu" -> Layers.silu();
            case "mish" -> Layers.mish();
            case "hardswish" -> Layers.hardSwish();
            case "softplus" -> Layers.softplus();
            case "tanh" -> Layers.tanh();
            case "sigmoid" -> Layers.sigmoid();
            default -> throw new AssertionError(golden.op());
        };
    }

    private static int one(GoldenCase golden, String attribute, int otherwise) {
        return golden.ints(attribute, 1, otherwise).getFirst();
    }

    private static void check(GoldenCase golden) {
        String in = golden.op().equals("embedding") ? "ids" : "x";
        NDArray x = golden.array("in." + in);
        var input = new Input("input", x.shape().tail(), x.dtype());
        Model model = Model.model(input, layer(golden));
        var values = new LinkedHashMap<>(Map.of("input", x));
        Map<String, String> weights = new LinkedHashMap<>();
        for (Weight weight : model.state()) {
            String name = golden(weight.path());
            values.put(
                    weight.path(),
                    golden.arrays().containsKey("in." + name)
                            ? golden.array("in." + name)
                            : statistic(golden, name, weight));
            weights.put(weight.path(), name);
        }
        boolean training =
                golden.attributes().has("training") && golden.attributes().at("training").truth();
        ModelTrace trace = model.trace(training);
        var placeholders = model.placeholders(x.shape().dim(0));
        Tensor y = model.apply(trace, placeholders).only();
        golden.requireClose("out.0", Interpreter.run(List.of(y), values).getFirst(), 1e-5);
        var by = new LinkedHashMap<String, Tensor>();
        if (x.dtype().isFloat()) {
            by.put("x", placeholders.only());
        }
        model.parameters().forEach(w -> by.put(weights.get(w.path()), trace.tensor(w.path())));
        gradients(golden, y, by, values);
    }

    private static void gradients(
            GoldenCase golden, Tensor y, Map<String, Tensor> by, Map<String, NDArray> values) {
        var cotangent = Tensor.constant(golden.array("cotangent.0"));
        var gradients =
                ReverseMode.gradients(List.of(y), List.of(cotangent), List.copyOf(by.values()));
        assertThat(golden.arrays("grad.").keySet()).isEqualTo(by.keySet());
        var found = Interpreter.run(gradients, values);
        int i = 0;
        for (String name : by.keySet()) {
            golden.requireClose("grad." + name, found.get(i++), 1e-5);
        }
    }

    /** Returns what PyTorch calls a weight. */
    private static String golden(String path) {
        return switch (path.substring(path.lastIndexOf('/') + 1)) {
            case "weight", "gamma" -> "weight";
            case "bias", "beta" -> "bias";
            case "mean" -> "running_mean";
            case "variance" -> "running_var";
            default -> throw new AssertionError(path);
        };
    }

    private static NDArray statistic(GoldenCase golden, String name, Weight weight) {
        if (!golden.attributes().has(name)) {
            return NDArray.filled(weight.port().type(), 0.5);
        }
        var items = golden.attributes().at(name).items();
        double[] values = items.stream().mapToDouble(item -> item.number()).toArray();
        return NDArray.of(values, weight.port().type());
    }

    @Test
    void statisticsMove() {
        var golden = GoldenCase.of("ops", "batch_norm__running_stats");
        NDArray x = golden.array("in.x");
        double momentum = golden.attributes().at("momentum").number();
        Model model =
                Model.model(
                        new Input("input", x.shape().tail(), x.dtype()),
                        Layers.batchNorm().momentum(momentum));
        ModelTrace trace = model.trace(true);
        model.apply(trace, model.placeholders(x.shape().dim(0)));
        var values =
                Map.of(
                        "input", x,
                        "batch_norm_1/mean", golden.array("in.running_mean"),
                        "batch_norm_1/variance", golden.array("in.running_var"));
        var next = Interpreter.run(List.copyOf(trace.nextStates().values()), values);
        golden.requireClose("out.running_mean", next.get(0), 1e-5);
        golden.requireClose("out.running_var", next.get(1), 1e-5);
    }

    @TestFactory
    Stream<DynamicTest> attentionOverGivenProjections() {
        return GoldenCase.all("ops").stream()
                .filter(golden -> golden.op().equals("sdpa"))
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> attention(golden)));
    }

    private static void attention(GoldenCase golden) {
        var by = new LinkedHashMap<String, Tensor>();
        var values = new LinkedHashMap<String, NDArray>();
        for (String name : List.of("k", "q", "v")) {
            NDArray array = golden.array("in." + name);
            by.put(name, new Port(name, Role.BATCH, array.type()).tensor());
            values.put(name, array);
        }
        Tensor y =
                golden.attributes().has("is_causal")
                        ? Attention.causal(by.get("q"), by.get("k"), by.get("v"))
                        : Attention.scaledDotProduct(by.get("q"), by.get("k"), by.get("v"));
        golden.requireClose("out.0", Interpreter.run(List.of(y), values).getFirst(), 1e-5);
        gradients(golden, y, by, values);
    }

    @Test
    void selfAttentionIsPyTorchsWithItsProjectionsApart() {
        var golden = GoldenCase.of("ops", "multihead_attention__self");
        NDArray x = golden.array("in.x");
        Model model =
                Model.model(
                        new Input("input", x.shape().tail(), x.dtype()),
                        Layers.selfAttention(golden.attributes().at("heads").whole(1, 12)));
        var values = new LinkedHashMap<>(Map.of("input", x));
        var parts = List.of("query", "key", "value");
        for (int i = 0; i < 3; i++) {
            String path = "self_attention_1/" + parts.get(i);
            NDArray all = golden.array("in.in_proj_weight");
            values.put(path + "/weight", all.rows(12 * i, 12 * (i + 1)));
            values.put(path + "/bias", golden.array("in.in_proj_bias").rows(12 * i, 12 * (i + 1)));
        }
        values.put("self_attention_1/out/weight", golden.array("in.out_proj_weight"));
        values.put("self_attention_1/out/bias", golden.array("in.out_proj_bias"));
        ModelTrace trace = model.trace(true);
        var placeholders = model.placeholders(x.shape().dim(0));
        Tensor y = model.apply(trace, placeholders).only();
        golden.requireClose("out.0", Interpreter.run(List.of(y), values).getFirst(), 1e-5);
        var by = new ArrayList<Tensor>(List.of(placeholders.only()));
        values.keySet().stream().skip(1).forEach(path -> by.add(trace.tensor(path)));
        var gradients =
                ReverseMode.gradients(
                        List.of(y), List.of(Tensor.constant(golden.array("cotangent.0"))), by);
        var joined =
                List.of(
                        gradients.get(0),
                        Tensor.concat(
                                0, List.of(gradients.get(1), gradients.get(3), gradients.get(5))),
                        Tensor.concat(
                                0, List.of(gradients.get(2), gradients.get(4), gradients.get(6))),
                        gradients.get(7),
                        gradients.get(8));
        var names =
                List.of("x", "in_proj_weight", "in_proj_bias", "out_proj_weight", "out_proj_bias");
        var found = Interpreter.run(joined, values);
        for (int i = 0; i < names.size(); i++) {
            golden.requireClose("grad." + names.get(i), found.get(i), 1e-5);
        }
    }
}
