package propane.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.WeightFilters.all;
import static propane.nn.WeightFilters.not;
import static propane.nn.WeightFilters.under;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;

import propane.spi.Graph;
import propane.spi.Printer;
import propane.spi.Program;
import propane.spi.op.RandomNumbers;
import propane.tensor.NDArray;
import propane.tensor.UnknownNameException;

import java.util.List;

/** A frozen part is traced as it is for predicting. */
class FrozenTest {
    private final Model model =
            Run.model(
                    sequential(
                            named("trunk", sequential(dense(4), batchNorm(), dropout(0.5))),
                            named("head", sequential(batchNorm(), dropout(0.5), dense(2)))),
                    3);

    private static String traced(Model model, boolean training) {
        var output = model.apply(model.trace(training), model.placeholders(2)).only();
        var function = Program.Function.of("f", List.of(Program.Output.result("y", output)));
        return Printer.print(function);
    }

    private static long draws(Model model) {
        var output = model.apply(model.trace(true), model.placeholders(2)).only();
        return Graph.operations(List.of(output)).stream()
                .filter(operation -> operation.op() instanceof RandomNumbers)
                .count();
    }

    @Test
    void aWhollyFrozenModelTrainsAsItPredicts() {
        assertThat(traced(model, true)).isNotEqualTo(traced(model, false));
        var frozen = model.freeze(all());
        assertThat(traced(frozen, true)).isEqualTo(traced(model, false));
        assertThat(frozen.trainable()).isEmpty();
    }

    @Test
    void statisticsAndDropoutOfAFrozenPartStandStill() {
        var headOnly = model.freeze(not(under("head")));
        var trace = headOnly.trace(true);
        headOnly.apply(trace, headOnly.placeholders(2));
        assertThat(trace.nextStates().keySet())
                .containsExactly("head/batch_norm_1/mean", "head/batch_norm_1/variance");
        assertThat(draws(model)).isEqualTo(2);
        assertThat(draws(headOnly)).isEqualTo(1);
    }

    @Test
    void aLayerWithoutWeightsStandsInThePartAroundIt() {
        // All weights below "trunk" are frozen one by one: its dropout is off as well.
        var trunk = under("trunk/dense_1").or(under("trunk/batch_norm_1"));
        assertThat(draws(model.freeze(trunk))).isEqualTo(1);
        // Where one of them moves, the part is alive.
        assertThat(draws(model.freeze(under("trunk/dense_1")))).isEqualTo(2);
    }

    @Test
    void unfreezingGivesBackWhatWasFrozen() {
        var wider = model.freeze(all()).unfreeze(under("head"));
        assertThat(wider.trainable()).allMatch(under("head")::includes).hasSize(4);
        assertThat(model.trainable()).hasSize(8);
    }

    @Test
    void aSelectionThatMatchesNothingIsRefused() {
        assertThatThrownBy(() -> model.freeze(under("haed")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("under(\"haed\") matches no weight")
                .hasMessageContaining("did you mean head");
        assertThatThrownBy(() -> model.freeze(weight -> weight.path().endsWith("kernel")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("matches no weight");
    }

    @Test
    void trainingMovesTheOutputOfANormWherePredictingDoesNot() {
        NDArray x = Run.normal(3, 16, 3);
        NDArray predicted = Run.output(model, false, x);
        assertThat(Run.output(model.freeze(all()), true, x)).isEqualTo(predicted);
        assertThat(Run.output(model, true, x)).isNotEqualTo(predicted);
    }
}
