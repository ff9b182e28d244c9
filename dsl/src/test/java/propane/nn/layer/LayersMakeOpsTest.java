package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.*;
import static propane.nn.layer.Layers.geluTanh;
import static propane.nn.layer.Layers.quickGelu;
import static propane.nn.layer.Layers.spatialDropout;
import static propane.nn.layer.Layers.upsampleLinear;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Run;
import propane.spi.Graph;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What built-in layers are made of: a formula that is an op is made as that op, and decomposed by
 * nobody else. A layer that is new says here what it is made of.
 */
class LayersMakeOpsTest {
    private static final int[] IMAGE = {4, 6, 6};
    private static final int[] ROWS = {5, 8};
    private static final Tensor MASK = Tensor.constant(NDArray.of(new float[10], 2, 5));

    /** What projects to heads and back, around attention. */
    private static final String BEFORE = "matmul add matmul add matmul add";

    private static final String HEADS = " reshape transpose".repeat(3);
    private static final String AFTER = " transpose reshape matmul add";
    private static final String ATTENTION =
            BEFORE + HEADS + " scaled_dot_product_attention" + AFTER;

    /**
     * One layer.
     *
     * @param name the method of {@link Layers}
     * @param layer the layer
     * @param example the shape of what it is applied to
     * @param ops the ops it makes, in any order
     */
    private record Row(String name, Layer layer, int[] example, String ops) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(String name, Layer layer, int[] example, String ops) {
        return new Row(name, layer, example, ops);
    }

    static Stream<Row> rows() {
        return Stream.of(
                row("dense", dense(3), ROWS, "matmul add"),
                row("conv", conv2d(3, 3), IMAGE, "conv reshape add"),
                row("depthwiseConv", depthwiseConv2d(3), IMAGE, "conv reshape add"),
                row(
                        "separableConv",
                        separableConv2d(3, 3),
                        IMAGE,
                        "conv reshape add conv reshape add"),
                row("convTranspose", convTranspose2d(3, 3), IMAGE, "conv_transpose reshape add"),
                row("upsample", upsample(2), IMAGE, "reshape tile reshape reshape tile reshape"),
                row("upsampleLinear", upsampleLinear(2), IMAGE, "matmul matmul"),
                row(
                        "squeezeExcite",
                        squeezeExcite(2),
                        IMAGE,
                        "reduce_mean matmul add relu matmul add sigmoid reshape mul"),
                row("layerNorm", layerNorm(), ROWS, "layer_norm"),
                row("rmsNorm", rmsNorm(), ROWS, "rms_norm"),
                row("groupNorm", groupNorm(2), IMAGE, "group_norm"),
                row("instanceNorm", instanceNorm(), IMAGE, "instance_norm"),
                row("batchNorm", batchNorm(), IMAGE, "batch_norm_training"),
                row("selfAttention", selfAttention(2), ROWS, ATTENTION),
                row("selfAttention", selfAttention(2).causal(), ROWS, ATTENTION),
                row("selfAttention", selfAttention(4).keyValueHeads(2).causal(), ROWS, ATTENTION),
                row(
                        "selfAttention",
                        selfAttention(2).dropout(0.5),
                        ROWS,
                        ATTENTION + " counter_uniform greater_equal mul"),
                row(
                        "selfAttention",
                        selfAttention(2).mask(MASK),
                        ROWS,
                        ATTENTION
                                // What nobody sees reaches no projection, who sees nothing asks
                                // not.
                                + " not_equal reshape reshape reshape select"
                                + " cast reduce_sum greater reshape"
                                + " sub reduce_sum equal logical_or logical_and select"),
                row(
                        "crossAttention",
                        (s, x) -> s.apply(crossAttention(2).over(x), x),
                        ROWS,
                        ATTENTION),
                row(
                        "encoderBlock",
                        encoderBlock(2),
                        ROWS,
                        ATTENTION + " layer_norm add layer_norm matmul add gelu matmul add add"),
                row("swiGlu", swiGlu(4), ROWS, "matmul silu matmul mul matmul"),
                row("relu", relu(), ROWS, "relu"),
                row("relu6", relu6(), ROWS, "relu6"),
                row("leakyRelu", leakyRelu(0.1), ROWS, "leaky_relu"),
                row("elu", elu(), ROWS, "elu"),
                row("gelu", gelu(), ROWS, "gelu"),
                row("geluTanh", geluTanh(), ROWS, "gelu"),
                row("quickGelu", quickGelu(), ROWS, "gelu"),
                row("silu", silu(), ROWS, "silu"),
                row("mish", mish(), ROWS, "mish"),
                row("hardSwish", hardSwish(), ROWS, "hard_swish"),
                row("softplus", softplus(), ROWS, "softplus"),
                row("softmax", softmax(), ROWS, "softmax"),
                row("logSoftmax", logSoftmax(), ROWS, "log_softmax"),
                row("tanh", tanh(), ROWS, "tanh"),
                row("sigmoid", sigmoid(), ROWS, "sigmoid"),
                row("maxPool", maxPool2d(2), IMAGE, "max_pool"),
                row("averagePool", averagePool2d(2), IMAGE, "avg_pool"),
                row("globalAveragePool", globalAveragePool(), IMAGE, "reduce_mean"),
                row("globalMaxPool", globalMaxPool(), IMAGE, "reduce_max"),
                row("flatten", flatten(), ROWS, "reshape"),
                row("reshape", reshape(8, 5), ROWS, "reshape"),
                row("dropout", dropout(0.5), ROWS, "counter_uniform greater_equal mul select"),
                row(
                        "spatialDropout",
                        spatialDropout(0.5),
                        IMAGE,
                        "counter_uniform greater_equal mul select"),
                row("positionalEmbedding", positionalEmbedding(5), ROWS, "add"),
                row("positionalEncoding", positionalEncoding(), ROWS, "add"));
    }

    /** Layers around others, of indices, and those whose sequences are ops with rows elsewhere. */
    private static final Set<String> OTHERS =
            Set.of(
                    "sequential",
                    "residual",
                    "branches",
                    "lora",
                    "remat",
                    "named",
                    "embedding",
                    "lstm",
                    "gru",
                    "rnn",
                    "decoderBlock");

    @ParameterizedTest
    @MethodSource("rows")
    void aLayerMakesTheOpsThatThereAre(Row row) {
        Model model = Run.model(row.layer(), row.example());
        Tensor y = model.apply(model.trace(true), model.placeholders(2)).only();
        List<String> made =
                Graph.operations(List.of(y)).stream()
                        .filter(operation -> !(operation.op() instanceof Leaf))
                        .map(operation -> OpSchema.of(operation.op()).name())
                        .toList();
        assertThat(made).containsExactlyInAnyOrder(row.ops().split(" "));
    }

    @Test
    void everyLayerHasARow() {
        Set<String> all =
                Arrays.stream(Layers.class.getMethods())
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        // Windows make the same over one, two or three axes.
                        .map(method -> method.getName().replaceAll("[123]d$", ""))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> known = new TreeSet<>(OTHERS);
        rows().forEach(row -> known.add(row.name()));
        assertThat(known).isEqualTo(all);
    }
}
