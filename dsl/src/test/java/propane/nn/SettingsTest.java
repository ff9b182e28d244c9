package propane.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.tensor.PropaneException;
import propane.tensor.Tensor;

import java.util.List;
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
                named("dense: the number of units must be 1 or more, got 0", () -> Layer.dense(0)),
                named("dense: the number of units must be 1", () -> Layer.dense(-3)),
                named("conv2d: the number of filters must be 1", () -> Layer.conv2d(0, 3)),
                named("conv2d: the kernel must be 1", () -> Layer.conv2d(2, 0)),
                named("conv2d: the stride must be 1", () -> Layer.conv2d(2, 3).stride(0)),
                named("conv2d: the dilation must be 1", () -> Layer.conv2d(2, 3).dilation(0)),
                named("conv2d: the number of groups must be 1", () -> Layer.conv2d(2, 3).groups(0)),
                named("padding: the width must be 0", () -> Layer.conv2d(2, 3).padding(-1)),
                named("conv_transpose2d: the number of", () -> Layer.convTranspose2d(0, 3)),
                named("conv_transpose2d: the stride", () -> Layer.convTranspose2d(2, 3).stride(0)),
                named("conv2d: the number of filters", () -> Layer.separableConv2d(0, 3)),
                named("depthwise_conv2d: the kernel", () -> Layer.depthwiseConv2d(0)),
                named("max_pool2d: the window", () -> Layer.maxPool2d(0)),
                named("average_pool2d: the stride", () -> Layer.averagePool2d(2).stride(0)),
                named(
                        "max_pool2d: padding has no part",
                        () -> Layer.maxPool2d(2).excludingPadding()),
                named("batchNorm: momentum", () -> Layer.batchNorm().momentum(2)),
                named("batchNorm: epsilon", () -> Layer.batchNorm().epsilon(-1)),
                named("layerNorm: the number of axes", () -> Layer.layerNorm().axes(0)),
                named("groupNorm: the number of groups", () -> Layer.groupNorm(0)),
                named("embedding: the vocabulary", () -> Layer.embedding(0, 3)),
                named("embedding: the width", () -> Layer.embedding(3, 0)),
                named("positionalEmbedding: the longest", () -> Layer.positionalEmbedding(0)),
                named("lstm: the number of units", () -> Layer.lstm(0)),
                named("rnn: the number of layers", () -> Layer.rnn(2).numLayers(0)),
                named("attention: the number of heads", () -> Layer.selfAttention(0)),
                named("heads of keys must be", () -> Layer.selfAttention(2).keyValueHeads(0)),
                named("attention: the dropout", () -> Layer.selfAttention(2).dropout(1)),
                named("block: the width between", () -> Layer.encoderBlock(2).hidden(0)),
                named("block: the dropout rate", () -> Layer.decoderBlock(2).dropout(2)),
                named("swiGlu: the width between", () -> Layer.swiGlu(0)),
                named("squeezeExcite: the ratio", () -> Layer.squeezeExcite(0)),
                named("upsample: the factor", () -> Layer.upsample(0)),
                named("dropout: the rate must be from 0 up", () -> Layer.dropout(1)),
                named("got NaN", () -> Layer.dropout(Double.NaN)),
                named("lora: the rank", () -> Layer.lora(0, Layer.dense(2))),
                named("branches: the number of layers", () -> Layer.branches()),
                named("input x: each axis must be 1", () -> Input.input("x", 3, 0)),
                named("normal: the deviation", () -> Initializer.normal(-1)),
                named("uniform: the limit", () -> Initializer.uniform(Double.NaN)),
                named("sgd: the learning rate must be 0 or more", () -> Optimizer.sgd(-1)),
                named("lion: the learning rate", () -> Optimizer.lion(Double.NaN)),
                named("muon: the learning rate", () -> Optimizer.muon(1 / 0.0)),
                named("betas: the first beta", () -> Optimizer.adam(1).betas(1, 0)),
                named("betas: the second beta", () -> Optimizer.adamW(1).betas(0, -1)),
                named("epsilon: the value", () -> Optimizer.nadam(1).epsilon(-1)),
                named("momentum: the momentum", () -> Optimizer.sgd(1).momentum(-1)),
                named("momentum: the momentum", () -> Optimizer.muon(1).momentum(step -> 1 + step)),
                named("dampening: the share", () -> Optimizer.sgd(1).dampening(2)),
                named("trustCoefficient: the value", () -> Optimizer.lars(1).trustCoefficient(0)),
                named("momentumDecay: the value", () -> Optimizer.nadam(1).momentumDecay(-1)),
                named("clipThreshold: the largest", () -> Optimizer.adafactor(1).clipThreshold(0)),
                named("weightDecay: the decay", () -> Optimizer.radam(1).weightDecay(-1)),
                named("rho: the value", () -> Optimizer.adadelta(1).rho(2)),
                named("alpha: the value", () -> Optimizer.rmsprop(1).alpha(2)),
                named(
                        "initialAccumulatorValue: the value",
                        () -> Optimizer.adagrad(1).initialAccumulatorValue(-1)),
                named("decayRate: minus the power", () -> Optimizer.adafactor(1).decayRate(0.8)),
                named("cosineDecay: the value", () -> Schedule.cosineDecay(-1, 10)),
                named("exponentialDecay: the factor", () -> Schedule.exponentialDecay(1, -0.5)),
                named("polynomialDecay: the power", () -> Schedule.polynomialDecay(1, -1, 9)),
                named("the factor of length", () -> Schedule.cosineWarmRestarts(1, 2, 0)),
                named("multiStepDecay: names no step", () -> Schedule.multiStepDecay(1, 0.5)),
                named("warmup: the first share", () -> Schedule.constant(1).warmup(-1, 3)),
                named(
                        "label smoothing must be",
                        () -> Loss.softmaxCrossEntropy().labelSmoothing(2)),
                named("a class's weight", () -> Loss.softmaxCrossEntropy().classWeights(-1)),
                named("huber: where", () -> Loss.huber(0)),
                named("smoothL1: where", () -> Loss.smoothL1(-1)),
                named("focal: gamma", () -> Loss.focal(-1)),
                named("hinge: the margin", () -> Loss.hinge().margin(-1)),
                named("clip: the largest absolute", () -> clipped(-1)));
    }

    private static Wrong named(String text, ThrowingCallable call) {
        return new Wrong(text, call);
    }

    private static List<Tensor> clipped(double largest) {
        return GradientClipping.byValue(List.of(Tensor.constant(1)), largest);
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
                .hasMessageMatching("(?s)[^\n]+\n    at \\w+\\.java:\\d+\n    fix: .*");
    }
}
