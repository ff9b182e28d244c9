package propane.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;

import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Layers that share weights. */
class TiedTest {
    private static Model words(Layer projection) {
        return Model.model(
                Input.tokens(3), sequential(embedding(7, 4), dense(4), relu(), projection));
    }

    @Test
    void oneWeightStandsForBoth() {
        Model tied = words(dense(7).tiedTo("embedding_1"));
        assertThat(Run.paths(tied))
                .containsExactly(
                        "embedding_1/weight", "dense_1/weight", "dense_1/bias", "dense_2/bias");
        assertThat(tied.summary()).contains("trainable 55 of 55 weights");
        assertThat(tied.freeze(WeightFilters.under("embedding_1")).trainable()).hasSize(3);
    }

    @Test
    void outputsAreThoseOfTwoEqualWeightsAndGradientsAreTheirSum() {
        Model tied = words(dense(7).tiedTo("embedding_1"));
        Model apart = words(dense(7));
        var values = new HashMap<String, NDArray>();
        apart.variables().forEach(weight -> values.put(weight.path(), apart.start(weight, 1)));
        values.put("dense_2/weight", values.get("embedding_1/weight"));
        values.put("input", NDArray.of(new int[] {0, 3, 6, 3, 1, 2}, 2, 3));
        List<Tensor> one = lossAndGradients(tied, "embedding_1/weight");
        List<Tensor> two = lossAndGradients(apart, "embedding_1/weight", "dense_2/weight");
        var found = Interpreter.run(one, values);
        var expected = Interpreter.run(two, values);
        assertThat(found.getFirst()).isEqualTo(expected.getFirst());
        for (int i = 0; i < 28; i++) {
            double sum = expected.get(1).at(i) + expected.get(2).at(i);
            assertThat(found.get(1).at(i)).isCloseTo(sum, within(1e-6));
        }
    }

    private static List<Tensor> lossAndGradients(Model model, String... by) {
        ModelTrace trace = model.trace(true);
        Tensor loss = model.apply(trace, model.placeholders(2)).only().square().mean();
        var weights = List.of(by).stream().map(trace::tensor).toList();
        var all = new ArrayList<>(List.of(loss));
        all.addAll(ReverseMode.gradients(loss, weights));
        return all;
    }

    @Test
    void thePathBeginsInAnyPartAround() {
        Layer net =
                named(
                        "net",
                        sequential(
                                named("words", embedding(7, 4)),
                                named("head", sequential(dense(7).tiedTo("words")))));
        Layer absolute =
                named(
                        "net",
                        sequential(
                                named("words", embedding(7, 4)),
                                named("head", dense(7)).tiedTo("net/words")));
        assertThat(Run.paths(Model.model(Input.tokens(3), sequential(net))))
                .containsExactly("net/words/weight", "net/head/dense_1/bias");
        assertThat(Run.paths(Model.model(Input.tokens(3), sequential(absolute))))
                .containsExactly("net/words/weight", "net/head/bias");
    }

    @Test
    void layersWithinShareWithLayersWithin() {
        Layer part = sequential(dense(4), layerNorm());
        Layer both = sequential(named("one", part), named("two", part).tiedTo("one"));
        assertThat(Run.paths(Run.model(both, 4)))
                .containsExactly(
                        "one/dense_1/weight",
                        "one/dense_1/bias",
                        "one/layer_norm_1/gamma",
                        "one/layer_norm_1/beta");
    }

    @Test
    void whatCannotBeSharedIsAnError() {
        assertThatThrownBy(() -> words(dense(7).tiedTo("embeding_1")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("before dense_2 there is no layer with weights")
                .hasMessageContaining("did you mean embedding_1");
        assertThatThrownBy(() -> words(dense(8).tiedTo("embedding_1")))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("needs a weight of shape [8, 4]")
                .hasMessageContaining("embedding_1/weight is [7, 4]");
        assertThatThrownBy(() -> words(layerNorm().tiedTo("embedding_1")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("asks for no weight that embedding_1 has")
                .hasMessageContaining("embedding_1/weight");
    }
}
