package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.convTranspose2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.instanceNorm;
import static propane.nn.layer.Layers.lora;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.selfAttention;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Run;
import propane.tensor.DTypeException;
import propane.tensor.ShapeException;

import java.util.stream.Stream;

class LayerErrorsTest {
    private static Stream<Layer> ofFloats() {
        return Stream.of(dense(3), conv2d(2, 1), batchNorm(), selfAttention(2));
    }

    @ParameterizedTest
    @MethodSource("ofFloats")
    void tokensNeedAnEmbeddingFirst(Layer layer) {
        assertThatThrownBy(() -> Model.model(Input.tokens(4), layer))
                .isInstanceOf(DTypeException.class)
                .hasMessageStartingWith(
                        layer.kind() + ": needs floating-point elements, got int32[2, 4]")
                .hasMessageContaining("x        int32[2, 4] made by port input")
                .hasMessageContaining("in layer " + layer.kind() + "_1")
                .hasMessageContaining("fix: put embedding(vocabulary, width) before it");
    }

    @Test
    void channelsAndFiltersAreWholeGroups() {
        assertThatThrownBy(() -> Run.shape(conv2d(3, 3).groups(2), 2, 9, 9))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("conv2d: 2 groups do not divide 2 channels and 3 filters")
                .hasMessageContaining("in layer conv2d_1");
    }

    @Test
    void headsAreToldWhatWouldFit() {
        assertThatThrownBy(() -> Run.shape(selfAttention(3), 6, 8))
                .hasMessageStartingWith("self_attention: 3 heads do not divide the width 8")
                .hasMessageContaining("or use 2 heads");
        assertThatThrownBy(() -> Run.shape(selfAttention(4).keyValueHeads(3), 6, 8))
                .hasMessageStartingWith("self_attention: 3 heads of keys do not divide 4 heads")
                .hasMessageContaining("fix: use keyValueHeads(2)");
    }

    @Test
    void channelsOfOneElementAreNotNormalized() {
        assertThatThrownBy(() -> Run.shape(instanceNorm(), 4))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("instance_norm: needs [n, channels, spatial…], got [2, 4]");
    }

    @Test
    void extraElementsAndImagesHaveAnErrorEach() {
        assertThatThrownBy(() -> Run.shape(convTranspose2d(2, 3).outputPadding(5), 2, 8, 8))
                .hasMessageStartingWith(
                        "conv_transpose2d: needs less output padding than stride, got 5 and 1");
        assertThatThrownBy(() -> Run.shape(convTranspose2d(2, 3), 8))
                .hasMessageStartingWith("conv_transpose2d: needs [n, channels, height, width]")
                .hasMessageContaining("put reshape(channels, height, width) before it");
    }

    @Test
    void additionsToNamedLayersAreToldWhereTheNameGoes() {
        assertThatThrownBy(() -> lora(2, named("query", dense(4))))
                .hasMessageContaining("got a layer of the kind named")
                .hasMessageContaining("fix: named(\"query\", lora(2, …))");
    }

    @Test
    void oneLengthOfAShapeIsWorkedOut() {
        assertThatThrownBy(() -> Layers.reshape(-1, -1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("reshape: lengths must be 0 or more, one may be -1");
        assertThatThrownBy(() -> Layers.reshape(-2)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Input.input(-1)).hasMessageContaining("fix: use lengths");
    }
}
