package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.gru;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.rnn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.nn.Run;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

class RecurrentLayerTest {
    private final NDArray x = Run.normal(1, 2, 5, 3);

    private static RecurrentLayer layer(String cell) {
        return switch (cell) {
            case "lstm" -> lstm(4);
            case "gru" -> gru(4);
            case "rnn" -> rnn(4);
            default -> throw new IllegalArgumentException(cell);
        };
    }

    /** Returns x with the elements of all sequences in reverse. */
    private NDArray backwards() {
        double[] values = new double[30];
        for (int i = 0; i < values.length; i++) {
            values[i] = x.at(i / 15 * 15 + (4 - i / 3 % 5) * 3 + i % 3);
        }
        return NDArray.of(values, x.type());
    }

    private static void assertNear(NDArray found, NDArray expected) {
        assertThat(found.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.at(i)).isCloseTo(expected.at(i), within(1e-6));
        }
    }

    private static NDArray step(NDArray y, int place) {
        double[] values = new double[2 * y.shape().dim(2)];
        int width = y.shape().dim(2);
        for (int i = 0; i < values.length; i++) {
            values[i] = y.at((i / width * 5 + place) * width + i % width);
        }
        return NDArray.of(values, y.type().with(Shape.shape(2, width)));
    }

    private static NDArray columns(NDArray y, int from, int to) {
        double[] values = new double[y.shape().dim(0) * (to - from)];
        for (int i = 0; i < values.length; i++) {
            values[i] = y.at(i / (to - from) * y.shape().dim(1) + from + i % (to - from));
        }
        return NDArray.of(values, y.type().with(Shape.shape(y.shape().dim(0), to - from)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void theLastStateIsThatOfTheLastElement(String cell) {
        NDArray all = Run.predicted(layer(cell).numLayers(2).returnSequences(), x);
        assertThat(all.shape()).isEqualTo(Shape.shape(2, 5, 4));
        assertNear(Run.predicted(layer(cell).numLayers(2), x), step(all, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void reverseIsForwardOverTheSequenceTurnedRound(String cell) {
        NDArray forward = Run.predicted(layer(cell), x);
        NDArray turned = Run.predicted(layer(cell), backwards());
        assertNear(Run.predicted(layer(cell).reversed(), backwards()), forward);
        NDArray all = Run.predicted(layer(cell).reversed().returnSequences(), x);
        assertNear(step(all, 0), turned);
        NDArray both = Run.predicted(layer(cell).bidirectional(), x);
        assertThat(both.shape()).isEqualTo(Shape.shape(2, 8));
        assertNear(columns(both, 0, 4), forward);
        assertThat(columns(both, 4, 8)).isNotEqualTo(turned);
        NDArray every = Run.predicted(layer(cell).bidirectional().returnSequences(), x);
        assertNear(columns(step(every, 4), 0, 4), columns(both, 0, 4));
        assertNear(columns(step(every, 0), 4, 8), columns(both, 4, 8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void trainingComputesWhatPredictingDoes(String cell) {
        var layer = layer(cell).numLayers(2).bidirectional().returnSequences();
        var model = Run.model(layer, 5, 3);
        assertNear(Run.output(model, true, x), Run.output(model, false, x));
    }

    @Test
    void betweenNetworksAShareIsDroppedInTrainingOnly() {
        var model = Run.model(gru(4).numLayers(2).dropout(0.5), 5, 3);
        assertThat(Run.output(model, true, x)).isNotEqualTo(Run.output(model, false, x));
        var alone = Run.model(gru(4).dropout(0.5), 5, 3);
        assertNear(Run.output(alone, true, x), Run.output(alone, false, x));
    }

    @Test
    void weightsAreCalledAsInPyTorch() {
        assertThat(Run.paths(Run.model(lstm(4).bidirectional().numLayers(2), 5, 3)))
                .hasSize(16)
                .startsWith(
                        "lstm_1/weight_ih_l0",
                        "lstm_1/weight_hh_l0",
                        "lstm_1/bias_ih_l0",
                        "lstm_1/bias_hh_l0",
                        "lstm_1/weight_ih_l0_reverse")
                .endsWith("lstm_1/bias_hh_l1_reverse");
        var weights = Run.model(gru(4).numLayers(2).bidirectional(), 5, 3).parameters();
        assertThat(weights.getFirst().shape()).isEqualTo(Shape.shape(12, 3));
        assertThat(weights.get(8).shape()).isEqualTo(Shape.shape(12, 8));
        for (float start : weights.getFirst().initializer().values(Shape.shape(99), 1, "a")) {
            assertThat(start).isBetween(-0.5f, 0.5f);
        }
    }

    @Test
    void statesOfOnesOwnAreWhatItBeginsWith() {
        Tensor h = Tensor.constant(Run.normal(2, 1, 2, 4));
        Tensor c = Tensor.constant(Run.normal(3, 1, 2, 4));
        NDArray plain = Run.predicted(lstm(4), x);
        assertThat(Run.predicted(lstm(4).initialState(h, c), x)).isNotEqualTo(plain);
        Tensor zeros = Tensor.zeros(h.type());
        assertNear(Run.predicted(lstm(4).initialState(zeros, zeros), x), plain);
        assertThatThrownBy(() -> lstm(4).initialState(h))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("has 2 states, got 1");
        assertThatThrownBy(() -> Run.predicted(gru(4).numLayers(2).initialState(h), x))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("states must be [2, 2, 4]");
    }

    @Test
    void whatIsNoSequenceIsRefused() {
        assertThatThrownBy(() -> Run.predicted(lstm(4), Run.normal(1, 2, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("lstm: needs [n, length, width], got [2, 3]");
        assertThatThrownBy(() -> gru(0))
                .hasMessageContaining("gru: the number of units must be 1 or more, got 0");
        assertThatThrownBy(() -> gru(1).numLayers(0))
                .hasMessageContaining("the number of layers must be 1 or more, got 0");
        assertThatThrownBy(() -> gru(1).dropout(1)).isInstanceOf(PropaneException.class);
    }
}
