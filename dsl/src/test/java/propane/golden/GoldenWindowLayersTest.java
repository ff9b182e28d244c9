package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Weight;
import propane.nn.layer.Layers;
import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Convolution and pool layers with PyTorch's weights: outputs, and gradients of all they take. */
class GoldenWindowLayersTest {
    private static final List<String> OPS =
            List.of("conv1d", "conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d");

    @TestFactory
    Stream<DynamicTest> layers() {
        var cases =
                GoldenCase.all("ops").stream()
                        .filter(golden -> OPS.contains(golden.op()) && isUniform(golden))
                        .toList();
        assertThat(cases).hasSizeGreaterThan(10);
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
        return switch (golden.op()) {
            case "conv1d", "conv2d" -> {
                var weight = golden.array("in.weight").shape();
                int filters = weight.dim(0);
                var made =
                        golden.op().equals("conv1d")
                                ? Layers.conv1d(filters, weight.dim(2))
                                : Layers.conv2d(filters, weight.dim(2));
                var conv =
                        made.stride(one(golden, "stride", 1))
                                .padding(one(golden, "padding", 0))
                                .dilation(one(golden, "dilation", 1))
                                .groups(one(golden, "groups", 1));
                yield golden.arrays().containsKey("in.bias") ? conv : conv.bias(false);
            }
            case "max_pool2d", "avg_pool2d" -> {
                int size = one(golden, "kernel", 0);
                var pool =
                        golden.op().startsWith("max")
                                ? Layers.maxPool2d(size)
                                : Layers.averagePool2d(size);
                pool = pool.stride(one(golden, "stride", size)).padding(one(golden, "padding", 0));
                boolean counts =
                        !golden.attributes().has("count_include_pad")
                                || golden.attributes().at("count_include_pad").truth();
                yield counts ? pool : pool.excludingPadding();
            }
            case "conv_transpose2d" -> {
                var weight = golden.array("in.weight").shape();
                yield Layers.convTranspose2d(weight.dim(1), weight.dim(2))
                        .stride(one(golden, "stride", 1))
                        .padding(one(golden, "padding", 0))
                        .outputPadding(one(golden, "output_padding", 0));
            }
            default -> throw new AssertionError(golden.op());
        };
    }

    private static int one(GoldenCase golden, String attribute, int otherwise) {
        return golden.ints(attribute, 1, otherwise).getFirst();
    }

    private static void check(GoldenCase golden) {
        NDArray x = golden.array("in.x");
        Model model = Model.model(new Input("x", x.shape().tail(), x.dtype()), layer(golden));
        ModelTrace trace = model.trace(true);
        var placeholders = model.placeholders(x.shape().dim(0));
        Tensor y = model.apply(trace, placeholders).only();
        var values = new LinkedHashMap<>(Map.of("x", x));
        var by = new LinkedHashMap<>(Map.of("x", placeholders.only()));
        for (Weight weight : model.parameters()) {
            String name = weight.path().substring(weight.path().lastIndexOf('/') + 1);
            values.put(weight.path(), golden.array("in." + name));
            by.put(name, trace.tensor(weight.path()));
        }
        golden.requireClose("out.0", Interpreter.run(List.of(y), values).getFirst(), 1e-5);
        assertThat(golden.arrays("grad.").keySet()).isEqualTo(by.keySet());
        var cotangent = Tensor.constant(golden.array("cotangent.0"));
        var gradients =
                ReverseMode.gradients(List.of(y), List.of(cotangent), List.copyOf(by.values()));
        var found = Interpreter.run(gradients, values);
        int i = 0;
        for (String name : by.keySet()) {
            golden.requireClose("grad." + name, found.get(i++), 1e-5);
        }
    }
}
