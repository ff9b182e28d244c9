package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What trains also exports: every layer, loss and optimizer, every option of a training, at two
 * sizes of batch. A few of them, all with {@code -Dpropane.exports=all}.
 */
class EveryTrainingExportsTest {
    private static final Set<String> SAMPLES =
            Set.of(
                    "batchNorm",
                    "crossAttention",
                    "dropout",
                    "embedding of many rows",
                    "gru",
                    "maxPool overlapping, padded",
                    "optimizer paramGroups",
                    "optimizer schedules",
                    "option accumulate, average, clip",
                    "option frozen",
                    "option noise, weights of examples",
                    "option several outputs",
                    "softmaxCrossEntropy with metrics of classes",
                    "tripletMargin");

    private static final Map<String, Training> ALL = all();

    /** Over two examples it makes 1 and −1 of any numbers: slopes are rounding alone. */
    private static final String OVER_EXAMPLES = "batchNorm of vectors";

    /**
     * Of a few examples a gradient has few directions; the others are its rounding to eight bits,
     * which the iteration makes as long: it is held to the trainer in EveryOptimizerLoweredTest.
     */
    private static final String ROUNDED = "muon of its own";

    /** Slopes in float16 that jump where another of two numbers becomes the larger one. */
    private static final Map<String, Double> FAR =
            Map.of("maxPool 1-D", 0.1, "globalMaxPool", 0.1, OVER_EXAMPLES, 0.05);

    /** Steps as long as the weights are: what is left of a slope soon is rounding. */
    private static final String LONG_STEPS = "optimizer lars";

    @TempDir private Path folder;

    private static Map<String, Training> all() {
        var all = new LinkedHashMap<>(VocabularyTrainings.all());
        EveryOptimizerLoweredTest.names().stream()
                .filter(name -> !name.equals(ROUNDED))
                .forEach(name ->
                        all.put("optimizer " + name, EveryOptimizerLoweredTest.training(name)));
        Model model =
                Model.model(Input.input(6), sequential(dense(8), dropout(0.2), relu(), dense(5)));
        Training plain =
                Training.training(model)
                        .loss(softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1).momentum(0.9))
                        .metrics(Metrics.accuracy())
                        .seed(3L << 33 | 5);
        all.put(
                "option accumulate, average, clip",
                plain.gradientAccumulation(2).ema(0.9).clipGradNorm(0.5));
        all.put(
                "option frozen",
                Training.training(model.freeze(WeightFilters.under("dense_1")))
                        .loss(softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1)));
        all.put(
                "option noise, weights of examples",
                plain.transformGradients(each -> each.withNoise(0.01)).sampleWeight("trust"));
        all.put("option several outputs", severalOutputs());
        return all;
    }

    private static Training severalOutputs() {
        Model model =
                Model.model(
                        List.of(Input.input("left", 4), Input.input("size", 4)),
                        (scope, in) ->
                                tensors("same", scope.apply("a", dense(1), in.at("left")))
                                        .and("size", scope.apply("b", dense(3), in.at("size")))
                                        .and("digit", scope.apply("c", dense(8), in.at("left"))));
        return Training.training(model)
                .loss("same", binaryCrossEntropy())
                .loss("digit", softmaxCrossEntropy())
                .metrics("digit", Metrics.accuracy())
                .metrics("same", Metrics.mae())
                .optimizer(Optimizers.sgd(0.1));
    }

    static List<String> names() {
        boolean isAll = System.getProperty("propane.exports", "").equals("all");
        return ALL.keySet().stream().filter(name -> isAll || SAMPLES.contains(name)).toList();
    }

    @Test
    void everySampleIsThere() {
        assertThat(ALL.keySet()).containsAll(SAMPLES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void itsPackagesComputeAsTheTrainerDoes(String name) {
        double share =
                name.startsWith(LONG_STEPS)
                        ? 0.15
                        : FAR.getOrDefault(name, ExportedTraining.FLOAT16);
        for (int batch : List.of(3, name.equals(OVER_EXAMPLES) ? 4 : 2)) {
            try {
                ExportedTraining.hold(ALL.get(name), batch, share, folder);
            } catch (AssertionError e) {
                throw new AssertionError(name + ", batch " + batch + ": " + e.getMessage(), e);
            }
        }
    }
}
