package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.WeightFilters.not;
import static propane.nn.layer.Layers.branches;
import static propane.nn.layer.Layers.conv1d;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.convTranspose1d;
import static propane.nn.layer.Layers.convTranspose2d;
import static propane.nn.layer.Layers.decoderBlock;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.depthwiseConv1d;
import static propane.nn.layer.Layers.encoderBlock;
import static propane.nn.layer.Layers.lora;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.rmsNorm;
import static propane.nn.layer.Layers.separableConv2d;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.spatialDropout;
import static propane.nn.layer.Layers.squeezeExcite;
import static propane.nn.layer.Layers.upsample;
import static propane.nn.layer.Layers.upsampleLinear;

import org.junit.jupiter.api.Test;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Run;
import propane.nn.Tensors;
import propane.nn.WeightFilters;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class BlocksTest {
    private static final TensorType FILTERS = TensorType.float32(Shape.shape(6, 2, 1));

    @Test
    void blocksHaveTheShapesOneExpects() {
        assertThat(Run.shape(separableConv2d(6, 3).padding(Padding.SAME).stride(2), 4, 9, 8))
                .isEqualTo(Shape.shape(6, 5, 4));
        assertThat(Run.shape(convTranspose2d(6, 3).stride(2).padding(1).outputPadding(1), 4, 5, 7))
                .isEqualTo(Shape.shape(6, 10, 14));
        assertThat(Run.shape(convTranspose1d(6, 4).dilation(2), 4, 5))
                .isEqualTo(Shape.shape(6, 11));
        assertThat(Run.shape(upsample(3), 4, 5, 7)).isEqualTo(Shape.shape(4, 15, 21));
        assertThat(Run.shape(upsample(2), 4, 5, 6, 7)).isEqualTo(Shape.shape(4, 10, 12, 14));
        assertThat(Run.shape(upsampleLinear(2), 4, 5)).isEqualTo(Shape.shape(4, 10));
        assertThat(Run.shape(squeezeExcite(4), 8, 5, 5)).isEqualTo(Shape.shape(8, 5, 5));
        assertThat(Run.shape(branches(conv2d(2, 1), conv2d(3, 1)), 4, 5, 5))
                .isEqualTo(Shape.shape(5, 5, 5));
        assertThat(Run.shape(branches(dense(2), dense(2)).sum(), 4)).isEqualTo(Shape.shape(2));
        assertThat(Run.shape(branches(dense(2), dense(3)).axis(-1), 7, 4))
                .isEqualTo(Shape.shape(7, 5));
        assertThat(Run.shape(encoderBlock(2), 5, 8)).isEqualTo(Shape.shape(5, 8));
    }

    @Test
    void upsamplingRepeatsElements() {
        NDArray x = NDArray.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
        assertThat(Run.predicted(upsample(2), x).floats())
                .containsExactly(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
        NDArray line = NDArray.of(new float[] {0, 4}, 1, 1, 2);
        assertThat(Run.predicted(upsampleLinear(2), line).floats()).containsExactly(0, 1, 3, 4);
    }

    @Test
    void aWholeChannelIsDroppedTogether() {
        var model = Run.model(spatialDropout(0.5), 20, 3, 3);
        NDArray ones = NDArray.full(Run.normal(0, 2, 20, 3, 3).type(), 1);
        NDArray kept = Run.output(model, true, ones);
        int dropped = 0;
        for (int i = 0; i < kept.size(); i++) {
            assertThat(kept.at(i)).isEqualTo(kept.at(i / 9 * 9)).isIn(0.0, 2.0);
            dropped += kept.at(i) == 0 ? 1 : 0;
        }
        assertThat(dropped).isBetween(9 * 8, 9 * 32);
    }

    @Test
    void aTransformerBlockNamesItsParts() {
        var model = Run.model(decoderBlock(2).norm(rmsNorm()).swiGlu().hidden(24).rotary(), 5, 8);
        assertThat(model.parameters().stream().map(w -> w.path() + w.shape()))
                .contains(
                        "transformer_block_1/attention_norm/gamma[8]",
                        "transformer_block_1/attention/query/weight[8, 8]",
                        "transformer_block_1/feed_norm/gamma[8]",
                        "transformer_block_1/feed/gate/weight[24, 8]",
                        "transformer_block_1/feed/down/weight[8, 24]")
                .hasSize(13);
    }

    @Test
    void aDecoderBlockLooksBackAndAtItsMemory() {
        Model.Body body =
                (scope, in) ->
                        Tensors.tensors(
                                "y",
                                scope.apply(decoderBlock(2).over(in.at("memory")), in.at("x")));
        var inputs = List.of(Input.input("x", 5, 8), Input.input("memory", 3, 6));
        var model = Model.model(inputs, body);
        assertThat(Run.paths(model))
                .contains(
                        "transformer_block_1/cross_attention/key/weight",
                        "transformer_block_1/cross_attention_norm/gamma");
    }

    @Test
    void aLowRankAdditionChangesNothingAtFirst() {
        var plain = Run.model(sequential(dense(6), relu(), dense(3)), 4);
        var added = Run.model(sequential(lora(2, dense(6)), relu(), lora(2, dense(3))), 4);
        assertThat(Run.paths(added)).containsAll(Run.paths(plain)).hasSize(8);
        var start = new HashMap<String, NDArray>();
        plain.variables().forEach(weight -> start.put(weight.path(), plain.start(weight, 9)));
        NDArray x = Run.normal(1, 3, 4);
        assertThat(Run.output(added.withWeights(start), false, x))
                .isEqualTo(Run.output(plain.withWeights(start), false, x));
        var frozen = added.freeze(not(WeightFilters.lora()));
        assertThat(frozen.trainable().stream().map(w -> w.path() + w.shape()))
                .containsExactly(
                        "dense_1/lora_down/weight[2, 4]",
                        "dense_1/lora_up/weight[6, 2]",
                        "dense_2/lora_down/weight[2, 6]",
                        "dense_2/lora_up/weight[3, 2]");
    }

    @Test
    void convolutionsTakeLowRankAdditionsToo() {
        var conv = conv2d(6, 3).stride(2).padding(1);
        var model = Run.model(lora(2, conv).alpha(4), 4, 9, 9);
        assertThat(Run.shape(lora(2, conv), 4, 9, 9)).isEqualTo(Run.shape(conv, 4, 9, 9));
        assertThat(Run.paths(model))
                .contains(
                        "conv2d_1/weight", "conv2d_1/lora_down/weight", "conv2d_1/lora_up/weight");
        assertThatThrownBy(() -> lora(2, relu()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("lora: adds to dense layers, convolutions");
    }

    @Test
    void eachGroupOfAConvolutionTakesAnAdditionOfItsOwn() {
        var grouped = Run.model(lora(2, conv1d(6, 3).groups(2)), 4, 9);
        assertThat(grouped.parameters().toString())
                .contains("lora_down/weight, shape=[4, 2, 3]", "lora_up/weight, shape=[6, 2, 1]");
        var depthwise = Run.model(lora(2, depthwiseConv1d(3)), 4, 9);
        assertThat(depthwise.parameters().toString())
                .contains("lora_down/weight, shape=[8, 1, 3]", "lora_up/weight, shape=[4, 2, 1]");
        var start = Map.of("conv1d_1/lora_up/weight", NDArray.full(FILTERS, 1));
        var x = Run.normal(1, 1, 4, 9);
        var other = x.floats().clone();
        Arrays.fill(other, 2 * 9, 4 * 9, 0);
        float[] y = Run.output(grouped.withWeights(start), false, x).floats();
        var changed = NDArray.of(other, 1, 4, 9);
        float[] z = Run.output(grouped.withWeights(start), false, changed).floats();
        assertThat(Arrays.copyOf(z, 3 * 7)).isEqualTo(Arrays.copyOf(y, 3 * 7));
        assertThat(z).isNotEqualTo(y);
    }

    @Test
    void transposedConvolutionsTakeLowRankAdditionsThatStartAtNothing() {
        var conv = convTranspose2d(3, 3).stride(2).outputPadding(1);
        var x = Run.normal(2, 2, 4, 5, 5);
        assertThat(Run.predicted(lora(2, conv), x).floats())
                .isEqualTo(Run.predicted(conv, x).floats());
    }
}
