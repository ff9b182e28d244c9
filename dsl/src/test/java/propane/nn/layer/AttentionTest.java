package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.crossAttention;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.positionalEncoding;
import static propane.nn.layer.Layers.selfAttention;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Run;
import propane.nn.Tensors;
import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;

class AttentionTest {
    private static final int LENGTH = 5;
    private static final int WIDTH = 12;
    private final NDArray x = Run.normal(1, 2, LENGTH, WIDTH);

    /** Returns x with one element of one sequence changed. */
    private NDArray changedAt(int sequence, int position) {
        double[] values = x.doubles();
        for (int i = 0; i < WIDTH; i++) {
            values[(sequence * LENGTH + position) * WIDTH + i] += 1 + i;
        }
        return NDArray.of(values, x.type());
    }

    private static NDArray row(NDArray y, int sequence, int position) {
        return y.slice(sequence, sequence + 1).reshape(LENGTH, WIDTH).slice(position, position + 1);
    }

    @Test
    void aCausalElementDoesNotSeeThoseBehindIt() {
        var layer = selfAttention(3).causal();
        NDArray before = Run.predicted(layer, x);
        NDArray after = Run.predicted(layer, changedAt(0, 3));
        for (int position = 0; position < LENGTH; position++) {
            boolean same = row(after, 0, position).equals(row(before, 0, position));
            assertThat(same).as("position " + position).isEqualTo(position < 3);
            assertThat(row(after, 1, position)).isEqualTo(row(before, 1, position));
        }
        NDArray open = Run.predicted(selfAttention(3), x);
        assertThat(row(open, 0, LENGTH - 1)).isEqualTo(row(before, 0, LENGTH - 1));
        assertThat(row(open, 0, 0)).isNotEqualTo(row(before, 0, 0));
    }

    @Test
    void whatAMaskLeavesOutIsNotSeen() {
        float[] seen = {1, 1, 1, 0, 1, 1, 1, 1, 1, 1};
        Tensor ofKeys = Tensor.constant(NDArray.of(seen, 2, LENGTH));
        var layer = selfAttention(2).mask(ofKeys);
        NDArray before = Run.predicted(layer, x);
        NDArray after = Run.predicted(layer, changedAt(0, 3));
        for (int position = 0; position < LENGTH; position++) {
            boolean same = row(after, 0, position).equals(row(before, 0, position));
            assertThat(same).as("position " + position).isEqualTo(position != 3);
        }
        float[] lower = new float[2 * LENGTH * LENGTH];
        for (int i = 0; i < lower.length; i++) {
            lower[i] = i % LENGTH <= i / LENGTH % LENGTH ? 1 : 0;
        }
        Tensor ofPairs = Tensor.constant(NDArray.of(lower, 2, LENGTH, LENGTH));
        assertThat(Run.predicted(selfAttention(2).mask(ofPairs), x))
                .isEqualTo(Run.predicted(selfAttention(2).causal(), x));
    }

    @Test
    void fewerHeadsOfKeysAreSharedByGroups() {
        var grouped = Run.model(selfAttention(4).keyValueHeads(2).bias(false), LENGTH, WIDTH);
        assertThat(grouped.parameters().stream().map(w -> w.path() + w.shape()))
                .containsExactly(
                        "self_attention_1/query/weight[12, 12]",
                        "self_attention_1/key/weight[6, 12]",
                        "self_attention_1/value/weight[6, 12]",
                        "self_attention_1/out/weight[12, 12]");
        // The same as four heads of keys of which two by two are equal.
        var full = Run.model(selfAttention(4).bias(false), LENGTH, WIDTH);
        var values = Run.values(grouped, x);
        for (String name : List.of("key", "value")) {
            String path = "self_attention_1/" + name + "/weight";
            NDArray two = values.get(path).reshape(2, 3 * WIDTH);
            Tensor first = Tensor.constant(two.slice(0, 1));
            Tensor second = Tensor.constant(two.slice(1, 2));
            Tensor four = Tensor.concat(0, List.of(first, first, second, second));
            full = full.withWeights(Map.of(path, Interpreter.run(four).reshape(WIDTH, WIDTH)));
        }
        requireClose(Run.output(full, false, x), Run.output(grouped, false, x));
    }

    private static void requireClose(NDArray a, NDArray b) {
        for (int i = 0; i < a.size(); i++) {
            assertThat(a.at(i)).isCloseTo(b.at(i), within(1e-6));
        }
    }

    @Test
    void rotaryProductsDependOnDistancesOnly() {
        NDArray q = Run.normal(2, 1, 8);
        NDArray k = Run.normal(3, 1, 8);
        // The same two vectors at every position.
        Tensor ones = Tensor.constant(NDArray.full(Run.normal(0, 6, 1).type(), 1));
        Tensor turnedQ = Attention.rotary(Tensor.constant(q).mul(ones));
        Tensor turnedK = Attention.rotary(Tensor.constant(k).mul(ones));
        NDArray products = Interpreter.run(turnedQ.matmul(turnedK.transpose(1, 0)));
        for (int i = 1; i < 6; i++) {
            for (int j = 1; j < 6; j++) {
                double before = products.at((i - 1) * 6 + j - 1);
                assertThat(products.at(i * 6 + j)).isCloseTo(before, within(1e-5));
            }
        }
        assertThat(products.at(1)).isNotCloseTo(products.at(0), within(1e-3));
        assertThat(Run.shape(selfAttention(3).rotary(), LENGTH, WIDTH))
                .isEqualTo(Shape.shape(LENGTH, WIDTH));
        assertThatThrownBy(() -> Run.shape(selfAttention(4).rotary(), LENGTH, WIDTH))
                .hasMessageContaining("turn pairs of elements, and 3 is odd")
                .hasMessageContaining("in layer self_attention_1");
    }

    @Test
    void crossAttentionLooksAtAnotherSequence() {
        Model.Body body =
                (scope, in) -> {
                    var memory = in.at("memory");
                    var y = scope.apply("look", crossAttention(3).over(memory), in.at("x"));
                    return Tensors.tensors("y", y);
                };
        var model =
                Model.model(
                        List.of(Input.input("x", LENGTH, WIDTH), Input.input("memory", 7, 4)),
                        body);
        var y = model.apply(model.trace(false), model.placeholders(2)).only();
        assertThat(y.shape()).isEqualTo(Shape.shape(2, LENGTH, WIDTH));
        assertThat(model.parameters().stream().map(w -> w.path() + w.shape()))
                .contains("look/query/weight[12, 12]", "look/key/weight[12, 4]");
    }

    @Test
    void attentionDroppedInTrainingIsWholeInPredicting() {
        var model = Run.model(selfAttention(3).dropout(0.5), LENGTH, WIDTH);
        assertThat(Run.output(model, false, x)).isEqualTo(Run.predicted(selfAttention(3), x));
        assertThat(Run.output(model, true, x)).isNotEqualTo(Run.predicted(selfAttention(3), x));
    }

    @Test
    void embeddingsAndPositionsMakeSequences() {
        var layers = sequential(embedding(10, WIDTH), positionalEmbedding(8), positionalEncoding());
        var model = Model.model(Input.tokens(LENGTH), layers);
        assertThat(model.parameters().stream().map(w -> w.path() + w.shape()))
                .containsExactly(
                        "embedding_1/weight[10, 12]", "positional_embedding_1/weight[8, 12]");
        var y = model.apply(model.trace(false), model.placeholders(2)).only();
        assertThat(y.shape()).isEqualTo(Shape.shape(2, LENGTH, WIDTH));
        NDArray waves = Run.predicted(positionalEncoding(), NDArray.full(x.slice(0, 1).type(), 0));
        assertThat(waves.at(0)).isZero();
        assertThat(waves.at(1)).isOne();
        assertThat(waves.at(WIDTH)).isCloseTo(Math.sin(1), within(1e-7));
        double slow = Math.pow(10_000, -2.0 / WIDTH);
        assertThat(waves.at(2 * WIDTH + 3)).isCloseTo(Math.cos(2 * slow), within(1e-6));
    }

    @Test
    void errorsSayWhatAttentionNeeds() {
        assertThatThrownBy(() -> Run.shape(selfAttention(5), LENGTH, WIDTH))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("5 heads do not divide the width 12");
        assertThatThrownBy(() -> Run.shape(selfAttention(2), WIDTH))
                .hasMessageContaining("needs [n, length, width], got [2, 12]");
        assertThatThrownBy(() -> Run.shape(positionalEmbedding(4), LENGTH, WIDTH))
                .hasMessageContaining("a length of at most 4, got [2, 5, 12]");
        assertThatThrownBy(() -> Run.shape(embedding(10, 4), 3))
                .hasMessageContaining("takes int32 numbers, got fp32[2, 3]")
                .hasMessageContaining("Input.tokens");
        Tensor wrong = Tensor.constant(Run.normal(1, 3, 3));
        assertThatThrownBy(() -> Run.shape(selfAttention(2).mask(wrong), LENGTH, WIDTH))
                .hasMessageContaining("the mask does not fit 2 sequences of 5 keys");
    }
}
