package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.averagePool1d;
import static propane.nn.layer.Layers.averagePool2d;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv1d;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.conv3d;
import static propane.nn.layer.Layers.convTranspose1d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.depthwiseConv2d;
import static propane.nn.layer.Layers.depthwiseConv3d;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.globalAveragePool;
import static propane.nn.layer.Layers.globalMaxPool;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.maxPool1d;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;

import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Run;
import propane.spi.Interpreter;
import propane.tensor.DTypeException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;

import java.util.Arrays;
import java.util.List;

class LayersTest {

    @Test
    void layersHaveTheShapesOneExpects() {
        assertThat(Run.shape(dense(7), 3)).isEqualTo(Shape.shape(7));
        assertThat(Run.shape(dense(7), 5, 3)).isEqualTo(Shape.shape(5, 7));
        assertThat(Run.shape(conv1d(6, 3), 2, 9)).isEqualTo(Shape.shape(6, 7));
        assertThat(Run.shape(conv2d(6, 3), 2, 9, 8)).isEqualTo(Shape.shape(6, 7, 6));
        assertThat(Run.shape(conv3d(6, 3), 2, 5, 6, 7)).isEqualTo(Shape.shape(6, 3, 4, 5));
        assertThat(Run.shape(conv2d(6, 3).padding(Padding.SAME), 2, 9, 8))
                .isEqualTo(Shape.shape(6, 9, 8));
        assertThat(Run.shape(conv2d(6, 3).padding(Padding.SAME).stride(2), 2, 9, 8))
                .isEqualTo(Shape.shape(6, 5, 4));
        assertThat(Run.shape(conv2d(6, 3).padding(2).dilation(2), 2, 9, 8))
                .isEqualTo(Shape.shape(6, 9, 8));
        assertThat(Run.shape(depthwiseConv2d(3), 5, 9, 8)).isEqualTo(Shape.shape(5, 7, 6));
        assertThat(Run.shape(maxPool2d(2), 5, 9, 8)).isEqualTo(Shape.shape(5, 4, 4));
        assertThat(Run.shape(averagePool2d(3).stride(1).padding(Padding.of(1)), 5, 9, 8))
                .isEqualTo(Shape.shape(5, 9, 8));
        assertThat(Run.shape(globalAveragePool(), 5, 9, 8)).isEqualTo(Shape.shape(5));
        assertThat(Run.shape(globalMaxPool(), 5, 9)).isEqualTo(Shape.shape(5));
        assertThat(Run.shape(flatten(), 5, 9, 8)).isEqualTo(Shape.shape(360));
        assertThat(Run.shape(reshape(-1, 4), 5, 8)).isEqualTo(Shape.shape(10, 4));
    }

    @Test
    void convolutionsDeclareTheirKernels() {
        var model =
                Run.model(
                        sequential(conv2d(6, 3).groups(2), depthwiseConv2d(5).bias(false)),
                        4,
                        9,
                        9);
        assertThat(model.parameters().stream().map(w -> w.path() + w.shape()))
                .containsExactly(
                        "conv2d_1/weight[6, 2, 3, 3]",
                        "conv2d_1/bias[6]",
                        "depthwise_conv2d_1/weight[6, 1, 5, 5]");
    }

    @Test
    void normsHaveMeanZeroAndVarianceOneInTraining() {
        NDArray x = Run.normal(2, 8, 3, 4, 4);
        NDArray batch = Run.output(Run.model(batchNorm(), 3, 4, 4), true, x);
        for (int channel = 0; channel < 3; channel++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < x.size(); i++) {
                if (i / 16 % 3 == channel) {
                    sum += batch.at(i);
                    squares += batch.at(i) * batch.at(i);
                }
            }
            assertThat(sum / 128).isCloseTo(0, within(1e-6));
            assertThat(squares / 128).isCloseTo(1, within(1e-4));
        }
        NDArray layer = Run.output(Run.model(layerNorm(), 3, 4, 4), true, x);
        double squares = 0;
        for (int i = 0; i < 4; i++) {
            squares += layer.at(i) * layer.at(i);
        }
        assertThat(squares / 4).isCloseTo(1, within(1e-3));
    }

    @Test
    void runningStatisticsMoveTowardsTheBatchs() {
        var model = Run.model(batchNorm().momentum(0.25), 2);
        NDArray x = NDArray.of(new float[] {1, 10, 3, 10, 5, 40}, 3, 2);
        var trace = model.trace(true);
        model.apply(trace, model.placeholders(3));
        var next = trace.nextStates();
        var found = Interpreter.run(List.copyOf(next.values()), Run.values(model, x));
        assertThat(next.keySet()).containsExactly("batch_norm_1/mean", "batch_norm_1/variance");
        assertThat(found.get(0).floats()).containsExactly(0.25f * 3, 0.25f * 20);
        // 0.75 of the start, 1, and a quarter of the unbiased variance.
        assertThat(found.get(1).floats()).containsExactly(0.75f + 1, 0.75f + 0.25f * 300);
        assertThat(model.trace(false).nextStates()).isEmpty();
    }

    @Test
    void dropoutKeepsTheMeanAndDrawsAnewEachStep() {
        var model = Run.model(dropout(0.25), 4_000);
        NDArray ones = NDArray.full(Run.normal(0, 1, 4_000).type(), 1);
        var trace = model.trace(true);
        var output = List.of(model.apply(trace, model.placeholders(1)).only());
        NDArray first = Interpreter.run(output, Run.values(model, ones, 0)).getFirst();
        NDArray again = Interpreter.run(output, Run.values(model, ones, 0)).getFirst();
        NDArray second = Interpreter.run(output, Run.values(model, ones, 1)).getFirst();
        assertThat(first).isEqualTo(again).isNotEqualTo(second);
        double sum = 0;
        for (double value : first.doubles()) {
            assertThat(value).isIn(0.0, (double) (float) (1 / 0.75));
            sum += value;
        }
        assertThat(sum / 4_000).isCloseTo(1, within(0.05));
        assertThat(Run.predicted(dropout(0.25), ones)).isEqualTo(ones);
    }

    @Test
    void residualAddsItsInput() {
        NDArray x = Run.normal(3, 2, 4);
        NDArray sum = Run.predicted(residual(dense(4).initializer(Initializers.zeros())), x);
        assertThat(sum).isEqualTo(x);
    }

    @Test
    void errorsNameRulePlaceAndFix() {
        Layer model = sequential(named("trunk", sequential(flatten(), conv2d(4, 3))), dense(2));
        assertThatThrownBy(() -> Run.model(model, 8, 8))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("conv2d: needs [n, channels, height, width]")
                .hasMessageContaining("got [2, 64]")
                .hasMessageContaining("made by reshape")
                .hasMessageContaining("in layer trunk/conv2d_1\n    fix: put reshape(channels");
        assertThatThrownBy(() -> Run.model(conv2d(4, 3).groups(3), 4, 8, 8))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("in layer conv2d_1");
        assertThatThrownBy(() -> Run.model(globalAveragePool(), 8))
                .hasMessageContaining("global_average_pool: needs [n, channels, spatial…], got");
        assertThatThrownBy(() -> Run.model(maxPool2d(2), 8))
                .hasMessageContaining("max_pool2d: needs [n, channels, height, width], got");
        assertThatThrownBy(() -> Run.model(residual(dense(3)), 8))
                .hasMessageContaining("residual: the layers turn [2, 8] into [2, 3]");
        assertThatThrownBy(() -> dropout(1))
                .hasMessageContaining("from 0 up to but not including 1, got 1.0");
        assertThatThrownBy(() -> Model.model(Input.tokens(5), sequential(dense(3))))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("in layer dense_1");
    }

    @Test
    void anInputWithoutAnAxisForChannelsIsAnError() {
        assertThatThrownBy(() -> Run.shape(conv2d(8, 3), 28, 28))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("conv2d: needs [n, channels, height, width], got [2, 28, 28]")
                .hasMessageContaining("fix: put reshape(1, 28, 28) before it; conv1d slides over");
        assertThatThrownBy(() -> Run.shape(maxPool1d(2), 28))
                .hasMessageContaining("max_pool1d: needs [n, channels, length], got [2, 28]")
                .hasMessageContaining("fix: put reshape(1, 28) before it, or take dense(…)");
        assertThatThrownBy(() -> Run.shape(depthwiseConv3d(2), 1, 28, 28))
                .hasMessageContaining("fix: put reshape(1, 1, 28, 28) before it; depthwise_conv2d");
        assertThatThrownBy(() -> Run.shape(convTranspose1d(2, 2), 1, 28, 28))
                .hasMessageContaining("fix: conv_transpose2d slides over the last 2 axes");
    }

    @Test
    void sidesMayBePaddedDifferently() {
        assertThat(Run.shape(conv2d(6, 3).padding(Padding.of(2, 0)), 2, 9, 8))
                .isEqualTo(Shape.shape(6, 9, 8));
        assertThat(Run.shape(conv2d(6, 3).padding(Padding.of(1, 0, 0, 3)), 2, 9, 8))
                .isEqualTo(Shape.shape(6, 8, 9));
        assertThat(Run.shape(averagePool1d(2).padding(Padding.of(1, 0)), 2, 9))
                .isEqualTo(Shape.shape(2, 5));
        assertThatThrownBy(() -> Run.shape(conv1d(6, 3).padding(Padding.of(1, 0, 0, 3)), 2, 9))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("padding: the widths [1, 0, 0, 3] are not two for each of 1")
                .hasMessageContaining("in layer conv1d_1");
    }

    @Test
    void zerosBeforeAloneMakeAConvolutionCausal() {
        var causal = conv1d(1, 3).padding(Padding.of(2, 0));
        float[] now = {1, 2, 3, 4, 5};
        float[] other = {1, 2, 3, -4, -5};
        float[] y = Run.predicted(causal, NDArray.of(now, 1, 1, 5)).floats();
        float[] z = Run.predicted(causal, NDArray.of(other, 1, 1, 5)).floats();
        assertThat(Arrays.copyOf(z, 3)).isEqualTo(Arrays.copyOf(y, 3));
        assertThat(z[3]).isNotEqualTo(y[3]);
    }
}
