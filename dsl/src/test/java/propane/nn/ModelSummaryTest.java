package propane.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.WeightFilters.all;
import static propane.nn.WeightFilters.not;
import static propane.nn.WeightFilters.under;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv1d;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.encoderBlock;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.lora;
import static propane.nn.layer.Layers.maxPool1d;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.separableConv2d;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What a summary tells, and of which weights what is asked of a model holds. */
class ModelSummaryTest {
    private static final Pattern NUMBER = Pattern.compile(" +([0-9,]+)(?:  .*)?$");

    /** A layer with weights of its own and parts. */
    record Gained() implements Layer {
        @Override
        public Tensor apply(Scope scope, Tensor x) {
            Tensor gain = scope.weight("gain", Shape.shape(4), Initializers.constant(1));
            return scope.apply(dense(6), x.mul(gain));
        }
    }

    private static Model base() {
        return model(
                input(4),
                sequential(
                        named("a", sequential(dense(3), relu())),
                        named("b", dense(2)),
                        dropout(0.5),
                        named("c", dense(5))));
    }

    static List<Model> models() {
        return List.of(
                base(),
                base().truncateAt("a").append(named("head", dense(7))),
                base().truncateAt("a/dense_1"),
                model(input(16), sequential(lora(2, dense(4)), relu(), dense(2))),
                model(input(4), new Gained()),
                model(
                        List.of(input("x", 4)),
                        (scope, in) ->
                                Tensors.tensors(
                                        "y",
                                        scope.apply(dense(2), in.at("x"))
                                                .mul(
                                                        scope.weight(
                                                                "scale",
                                                                Shape.shape(2),
                                                                Initializers.constant(1))))),
                model(input(5, 8), sequential(encoderBlock(2), encoderBlock(2))),
                model(
                        input(2, 8, 8),
                        sequential(separableConv2d(4, 3), batchNorm(), flatten(), dense(2))));
    }

    @ParameterizedTest
    @MethodSource("models")
    void theRowsAddUpToTheTotal(Model model) {
        var lines = model.summary().lines().toList();
        long sum =
                lines.subList(1, lines.size() - 1).stream()
                        .map(NUMBER::matcher)
                        .mapToLong(found -> found.find() ? number(found.group(1)) : -1)
                        .sum();
        long all = model.parameters().stream().mapToLong(each -> each.shape().size()).sum();
        assertThat(sum).as(model.summary()).isEqualTo(all);
        assertThat(lines.getLast()).endsWith(String.format(Locale.ROOT, "of %,d weights", all));
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }

    @Test
    void columnsStandBelowEachOther() {
        var lines = model(input(5, 8), sequential(encoderBlock(2))).summary().lines().toList();
        assertThat(lines.subList(1, lines.size() - 1))
                .allMatch(line -> line.indexOf('[') == lines.getFirst().indexOf("output"));
    }

    @Test
    void aLayerWithPartsHasARowForItsOwnWeights() {
        String text =
                model(input(16), lora(2, dense(4))).freeze(not(WeightFilters.lora())).summary();
        assertThat(text)
                .containsPattern("(?m)^dense_1 +\\[4\\] +68  frozen$")
                .containsPattern("(?m)^dense_1/lora_down +\\[2\\] +32$")
                .containsPattern("(?m)^dense_1/lora_up +\\[4\\] +8$")
                .endsWith("trainable 40 of 108 weights");
    }

    @Test
    void whatIsPartlyFrozenSaysSo() {
        assertThat(model(input(4), dense(2)).freeze(under("dense_1/bias")).summary())
                .containsPattern("(?m)^dense_1 +\\[2\\] +10  partly frozen$");
    }

    @Test
    void nothingStandsThereThatWasCutOff() {
        var cut = base().truncateAt("a").append(named("head", dense(7)));
        assertThat(cut.summary().lines().skip(1).map(line -> line.split(" +")[0]))
                .containsExactly("a/dense_1", "a/relu_1", "head", "trainable");
        assertThatThrownBy(() -> cut.truncateAt("b"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("truncateAt: no layer named b");
    }

    @Test
    void ofConvolutionsAndPoolsItTellsTheAxes() {
        var line = sequential(conv1d(8, 3), maxPool1d(2), flatten(), dense(2));
        assertThat(model(input(8, 8), line).summary())
                .containsPattern("(?m)^conv1d_1 +\\[8, 6\\] +200  8 channels over 1 axis$")
                .containsPattern("(?m)^max_pool1d_1 +\\[8, 3\\] +0  8 channels over 1 axis$");
        var plane = sequential(conv2d(8, 3), maxPool2d(2), flatten(), dense(2));
        assertThat(model(input(1, 8, 8), plane).freeze(under("conv2d_1")).summary())
                .containsPattern("(?m)^conv2d_1 .* 80  1 channel over 2 axes  frozen$")
                .containsPattern("(?m)^flatten_1 +\\[72\\] +0$");
    }

    /** A layer of one's own that slides a window. */
    record Blurred() implements Layer {
        @Override
        public Tensor apply(Scope scope, Tensor x) {
            return scope.apply(
                    conv2d(2, 3),
                    x.mul(scope.weight("gain", Shape.shape(1), Initializers.zeros())));
        }

        @Override
        public boolean slides() {
            return true;
        }
    }

    @Test
    void whateverLayerSlidesTellsTheAxes() {
        var tied = sequential(named("a", conv2d(3, 1)), conv2d(3, 1).tiedTo("a"));
        assertThat(model(input(3, 8, 8), tied).summary())
                .containsPattern("(?m)^conv2d_1 .* 0  3 channels over 2 axes$");
        assertThat(model(input(3, 8, 8), lora(2, conv2d(4, 3))).summary())
                .containsPattern("(?m)^conv2d_1 .* 112  3 channels over 2 axes$");
        assertThat(model(input(3, 8, 8), new Blurred()).summary())
                .containsPattern("(?m)^blurred_1 .* 1  3 channels over 2 axes$");
    }

    @Test
    void whatIsAddedLaterIsNotFrozen() {
        var tuned = base().truncateAt("a").freeze(all()).append(named("head", dense(7)));
        assertThat(tuned.trainable())
                .extracting(Weight::path)
                .containsExactly("head/weight", "head/bias");
    }

    @Test
    void whatComesInPlaceOfWhatWasCutOffBeginsAnew() {
        var trained = base().withWeights(Map.of("c/bias", NDArray.of(new float[5]))).freeze(all());
        var tuned = trained.truncateAt("b").append(named("c", dense(5)));
        assertThat(tuned.trainable())
                .extracting(Weight::path)
                .containsExactly("c/weight", "c/bias");
        var ones = NDArray.of(new float[] {1, 1, 1, 1, 1});
        var again =
                base().withWeights(Map.of("c/bias", ones))
                        .truncateAt("b")
                        .append(named("c", dense(5)));
        assertThat(again.start(again.parameters().getLast(), 0)).isNotEqualTo(ones);
    }

    @Test
    void whatIsUnfrozenIsTrained() {
        var model = base().freeze(all()).unfreeze(under("a"));
        assertThat(model.trainable())
                .extracting(Weight::path)
                .containsExactly("a/dense_1/weight", "a/dense_1/bias");
    }
}
