package propane.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;
import propane.tensor.PropaneException;

import java.util.stream.Stream;

class SettingsTest {
    private record Wrong(String text, ThrowingCallable call) {
        @Override
        public String toString() {
            return text;
        }
    }

    private static Stream<Wrong> wrong() {
        return Stream.of(
                named("dense: the number of units must be 1 or more, got 0", () -> Layers.dense(0)),
                named("dense: the number of units must be 1", () -> Layers.dense(-3)),
                named("conv2d: the number of filters must be 1", () -> Layers.conv2d(0, 3)),
                named("conv2d: the kernel must be 1", () -> Layers.conv2d(2, 0)),
                named("conv2d: the stride must be 1", () -> Layers.conv2d(2, 3).stride(0)),
                named("conv2d: the dilation must be 1", () -> Layers.conv2d(2, 3).dilation(0)),
                named(
                        "conv2d: the number of groups must be 1",
                        () -> Layers.conv2d(2, 3).groups(0)),
                named("padding: the width must be 0", () -> Layers.conv2d(2, 3).padding(-1)),
                named("conv_transpose2d: the number of", () -> Layers.convTranspose2d(0, 3)),
                named("conv_transpose2d: the stride", () -> Layers.convTranspose2d(2, 3).stride(0)),
                named("conv2d: the number of filters", () -> Layers.separableConv2d(0, 3)),
                named("depthwise_conv2d: the kernel", () -> Layers.depthwiseConv2d(0)),
                named("max_pool2d: the window", () -> Layers.maxPool2d(0)),
                named("average_pool2d: the stride", () -> Layers.averagePool2d(2).stride(0)),
                named(
                        "max_pool2d: padding has no part",
                        () -> Layers.maxPool2d(2).excludingPadding()),
                named("batchNorm: momentum", () -> Layers.batchNorm().momentum(2)),
                named("batchNorm: epsilon", () -> Layers.batchNorm().epsilon(-1)),
                named("layerNorm: the number of axes", () -> Layers.layerNorm().axes(0)),
                named("groupNorm: the number of groups", () -> Layers.groupNorm(0)),
                named("embedding: the vocabulary", () -> Layers.embedding(0, 3)),
                named("embedding: the width", () -> Layers.embedding(3, 0)),
                named("positionalEmbedding: the longest", () -> Layers.positionalEmbedding(0)),
                named("lstm: the number of units", () -> Layers.lstm(0)),
                named("rnn: the number of layers", () -> Layers.rnn(2).numLayers(0)),
                named("attention: the number of heads", () -> Layers.selfAttention(0)),
                named("heads of keys must be", () -> Layers.selfAttention(2).keyValueHeads(0)),
                named("attention: the dropout", () -> Layers.selfAttention(2).dropout(1)),
                named("block: hidden", () -> Layers.encoderBlock(2).hidden(0)),
                named("block: the dropout rate", () -> Layers.decoderBlock(2).dropout(2)),
                named("swiGlu: the width between", () -> Layers.swiGlu(0)),
                named("squeezeExcite: the ratio", () -> Layers.squeezeExcite(0)),
                named("upsample: the factor", () -> Layers.upsample(0)),
                named("dropout: the rate must be from 0 up", () -> Layers.dropout(1)),
                named("got NaN", () -> Layers.dropout(Double.NaN)),
                named("lora: the rank", () -> Layers.lora(0, Layers.dense(2))),
                named("branches: the number of layers", () -> Layers.branches()),
                named("input x: each axis must be 1", () -> Input.input("x", 3, 0)),
                named("normal: the deviation", () -> Initializers.normal(-1)),
                named("uniform: the limit", () -> Initializers.uniform(Double.NaN)),
                named("sgd: the learning rate must be 0 or more", () -> Optimizers.sgd(-1)),
                named("lion: the learning rate", () -> Optimizers.lion(Double.NaN)),
                named("muon: the learning rate", () -> Optimizers.muon(1 / 0.0)),
                named("betas: the first beta", () -> Optimizers.adam(1).betas(1, 0)),
                named("betas: the second beta", () -> Optimizers.adamW(1).betas(0, -1)),
                named("epsilon: the value", () -> Optimizers.nadam(1).epsilon(-1)),
                named("momentum: the momentum", () -> Optimizers.sgd(1).momentum(-1)),
                named(
                        "momentum: the momentum",
                        () -> Optimizers.muon(1).momentum(step -> 1 + step)),
                named("dampening: the share", () -> Optimizers.sgd(1, 0.9, 2)),
                named(
                        "trustCoefficient: the value",
                        () -> Optimizers.lars(1, 0, WeightFilters.all())),
                named("momentumDecay: the value", () -> Optimizers.nadam(1, -1)),
                named("clipThreshold: the largest", () -> Optimizers.adafactor(1, -0.8, 0)),
                named("weightDecay: the decay", () -> Optimizers.radam(1).weightDecay(-1)),
                named("rho: the value", () -> Optimizers.adadelta(1, 2)),
                named("alpha: the value", () -> Optimizers.rmsprop(1).alpha(2)),
                named("initialAccumulatorValue: the value", () -> Optimizers.adagrad(1, -1)),
                named("decayRate: minus the power", () -> Optimizers.adafactor(1, 0.8, 1)),
                named("cosineDecay: the value", () -> Schedules.cosineDecay(-1, 10)),
                named("exponentialDecay: the factor", () -> Schedules.exponentialDecay(1, -0.5)),
                named("polynomialDecay: the power", () -> Schedules.polynomialDecay(1, -1, 9)),
                named("the factor of length", () -> Schedules.cosineWarmRestarts(1, 2, 0)),
                named("multiStepDecay: names no step", () -> Schedules.multiStepDecay(1, 0.5)),
                named("warmup: the first share", () -> Schedules.constant(1).warmup(-1, 3)),
                named(
                        "labelSmoothing must be",
                        () -> Losses.softmaxCrossEntropy().labelSmoothing(2)),
                named("a class's weight", () -> Losses.softmaxCrossEntropy().classWeights(-1)),
                named("huber: where", () -> Losses.huber(0)),
                named("smoothL1: where", () -> Losses.smoothL1(-1)),
                named("focal: gamma", () -> Losses.focal(-1)),
                named("hinge: the margin", () -> Losses.hinge(-1)));
    }

    private static Wrong named(String text, ThrowingCallable call) {
        return new Wrong(text, call);
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void settingsOutOfRangeAreRefusedWhereTheyAreMade(Wrong wrong) {
        assertThatThrownBy(wrong.call())
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(wrong.text())
                .hasMessageContaining("\n    fix: ");
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void theLineThatMadeTheSettingStandsBelowTheRule(Wrong wrong) {
        assertThatThrownBy(wrong.call())
                .hasMessageMatching(
                        "(?s)[^\n]+\n    at \\w+\\.java:\\d+\n(    given    [^\n]+\n)?    fix: .*");
    }
}
