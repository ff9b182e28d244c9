package propane.nn.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.WeightFilters.all;
import static propane.nn.WeightFilters.lora;
import static propane.nn.WeightFilters.matrices;
import static propane.nn.WeightFilters.none;
import static propane.nn.WeightFilters.not;
import static propane.nn.WeightFilters.under;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.paramGroups;
import static propane.nn.optimizer.Optimizers.sgd;

import org.junit.jupiter.api.Test;

import propane.nn.Model;
import propane.nn.Run;
import propane.nn.WeightFilter;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;

import java.util.List;

class SelectionsTest {
    private final Model model =
            Run.model(
                    sequential(
                            named("trunk", sequential(dense(4), dense(3))),
                            named("head", dense(2))),
                    5);

    private void refused(WeightFilter which, String... texts) {
        assertThatThrownBy(() -> model.freeze(which))
                .isInstanceOf(UnknownNameException.class)
                .message()
                .contains(texts);
    }

    @Test
    void outerPartsAndSingleWeightsAreMeantToo() {
        refused(under("trnk"), "the selection under(\"trnk\") matches", "did you mean trunk?");
        refused(under("trunk/dense_3"), "did you mean trunk/dense_2?");
        refused(under("head/wieght"), "did you mean head/weight?");
        refused(under(""), "the selection under(\"\") matches no weight");
    }

    @Test
    void everyPathWithinASelectionMustExist() {
        refused(not(under("hed")), "the selection under(\"hed\")", "did you mean head?");
        refused(under("trunk").or(under("hed")), "did you mean head?");
        refused(all().and(not(under("trunk").or(under("hed")))), "did you mean head?");
        assertThat(model.freeze(not(under("head"))).trainable()).hasSize(2);
    }

    @Test
    void emptySelectionsAreToldAsTheyWereWritten() {
        refused(none(), "freeze: the selection none() matches no weight", "trunk/dense_1/weight");
        refused(lora(), "the selection lora() matches no weight");
        refused(
                under("head").and(not(matrices().or(under("head/bias")))),
                "the selection under(\"head\").and(not(matrices().or(under(\"head/bias\"))))");
        refused(weight -> weight.path().isEmpty(), "the selection of weights matches no weight");
    }

    @Test
    void groupsThatNeverUpdateAWeightAreRefused() {
        assertThatThrownBy(() -> paramGroups(sgd(1), adam(1).paramGroup(under("head"))))
                .isInstanceOf(PropaneException.class)
                .hasMessageStartingWith("paramGroups: sgd takes all weights that are left")
                .hasMessageContaining("fix: put it last");
        assertThatThrownBy(() -> paramGroups())
                .hasMessageContaining("paramGroups: the number of optimizers");
        var behind =
                (OptimizerGroups)
                        paramGroups(sgd(1).paramGroup(all()), adam(1).paramGroup(under("head")));
        assertThatThrownBy(() -> behind.requireUse(model))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageStartingWith(
                        "paramGroups: groups before under(\"head\") include all of its");
        var before =
                (OptimizerGroups)
                        paramGroups(adam(1).paramGroup(under("head")), sgd(1).paramGroup(all()));
        before.requireUse(model);
    }

    @Test
    void modelsHaveInputsAndOutputs() {
        assertThatThrownBy(() -> Model.model(List.of(), (_, in) -> in))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("model: has inputs [] and outputs []");
    }
}
