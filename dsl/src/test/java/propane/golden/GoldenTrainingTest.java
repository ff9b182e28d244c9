package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.json.JsonField;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.loss.Losses;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whole trainings against those that PyTorch made from the same weights and batches. */
class GoldenTrainingTest {
    private static final double LOSSES = 1e-4;
    private static final Metric NORM = Metrics.scalar("norm");

    private final Batch digits =
            Dataset.csv(Path.of("..", "examples", "data", "digits.csv"), "label")
                    .scale(1 / 16.0)
                    .batches(1_797)
                    .iterator()
                    .next();

    @TestFactory
    List<DynamicTest> trainings() {
        var tests = new ArrayList<DynamicTest>();
        for (GoldenCase golden : GoldenCase.all("training")) {
            tests.add(DynamicTest.dynamicTest(golden.name(), () -> check(golden)));
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    private void check(GoldenCase golden) {
        GoldenModels models = GoldenModels.of(golden.name());
        Model model = models.model();
        for (JsonField frozen : golden.json().at("frozen").items()) {
            String prefix = frozen.string().replaceAll("\\.$", "");
            model = model.freeze(WeightFilters.under(models.paths().get(prefix)));
        }
        try (Trainer trainer = training(golden, model).compile(Engine.cpu())) {
            var start = new LinkedHashMap<>(trainer.weights().arrays());
            golden.arrays("init.").forEach((name, value) -> put(start, models, name, value));
            trainer.load(new Weights(start));
            run(golden, trainer);
            finalWeights(golden, models, trainer.weights(), start);
            NDArray first = digits.x().slice(1_500, 1_508);
            golden.requireClose("valid_logits_first8", trainer.predict(first), 1e-3);
        }
    }

    private static void put(
            Map<String, NDArray> start, GoldenModels models, String name, NDArray value) {
        if (!name.endsWith("num_batches_tracked")) {
            assertThat(start).containsKey(models.path(name));
            start.put(models.path(name), value);
        }
    }

    private void run(GoldenCase golden, Trainer trainer) {
        int accumulate = golden.json().at("accumulate").whole(1, 100);
        NDArray indices = golden.array("batch_indices");
        int steps = indices.shape().dim(0) / accumulate;
        boolean clipped = golden.arrays().containsKey("grad_norm");
        float[] losses = new float[steps];
        float[] norms = new float[steps];
        boolean squared = golden.json().has("loss_name");
        for (int row = 0; row < indices.shape().dim(0); row++) {
            var results = trainer.step(batch(indices.slice(row, row + 1).ints(), squared));
            losses[row / accumulate] += (float) (results.value(Metrics.loss()) / accumulate);
            if (clipped) {
                norms[row / accumulate] = (float) results.value(NORM);
            }
        }
        NDArray expected = golden.array("loss");
        for (int step = 0; step < steps; step++) {
            assertThat((double) losses[step])
                    .as("%s, loss of step %d", golden, step)
                    .isCloseTo(
                            expected.at(step),
                            org.assertj.core.data.Offset.offset(LOSSES * expected.at(step)));
        }
        if (clipped) {
            golden.requireClose("grad_norm", NDArray.of(norms), 1e-3);
        }
    }

    private Batch batch(int[] rows, boolean oneHot) {
        float[] pixels = new float[rows.length * 64];
        int[] labels = new int[rows.length];
        float[] hot = new float[rows.length * 10];
        for (int i = 0; i < rows.length; i++) {
            float[] row = digits.x().slice(rows[i], rows[i] + 1).floats();
            System.arraycopy(row, 0, pixels, i * 64, 64);
            labels[i] = (int) digits.y().at(rows[i]);
            hot[i * 10 + labels[i]] = 1;
        }
        NDArray x = NDArray.of(pixels, rows.length, 64);
        return Batch.of(x, oneHot ? NDArray.of(hot, rows.length, 10) : NDArray.of(labels));
    }

    private static void finalWeights(
            GoldenCase golden, GoldenModels models, Weights now, Map<String, NDArray> start) {
        golden.arrays("final.")
                .forEach((name, value) -> {
                    if (name.endsWith("num_batches_tracked")) {
                        return;
                    }
                    String path = models.path(name);
                    if (isFrozen(golden, name)) {
                        assertThat(now.at(path)).isEqualTo(start.get(path));
                    }
                    // One rectifier at the edge of 0 that rounding turns the other way near
                    // the end of a run is worth 10⁻³ of a bias.
                    GoldenCase.requireClose(
                            golden + " final " + name,
                            determined(name, now.at(path)),
                            determined(name, value),
                            5e-3);
                });
    }

    /**
     * Returns what a training determines of a weight. Softmax takes no notice of the bias of keys:
     * its gradient is nothing but rounding, which Adam makes large.
     */
    private static NDArray determined(String name, NDArray value) {
        if (!name.equals("qkv.bias")) {
            return value;
        }
        var queries = Tensor.constant(value.slice(0, 16));
        var values = Tensor.constant(value.slice(32, 48));
        return Interpreter.run(Tensor.concat(0, List.of(queries, values)));
    }

    private static boolean isFrozen(GoldenCase golden, String name) {
        return golden.json().at("frozen").items().stream()
                .anyMatch(prefix -> name.startsWith(prefix.string()));
    }

    private static Training training(GoldenCase golden, Model model) {
        boolean squared = golden.json().has("loss_name");
        var training =
                Training.training(model)
                        .batch(golden.json().at("batch").whole(1, 1_000))
                        .gradientAccumulation(golden.json().at("accumulate").whole(1, 100));
        Optimizer optimizer = optimizer(golden.json());
        var loss = squared ? Losses.meanSquaredError() : Losses.softmaxCrossEntropy();
        if (golden.json().at("clip_norm").isNull()) {
            return training.loss(loss).optimizer(optimizer);
        }
        double max = golden.json().at("clip_norm").number();
        Step step =
                (traced, batch) -> {
                    var value = loss.of(traced.predict(batch.x()), batch.y());
                    var raw = Gradients.gradients(value, traced);
                    traced.update(raw.clipByGlobalNorm(max), optimizer);
                    return StepOutputs.of(Metrics.loss(), value).with(NORM, raw.globalNorm());
                };
        return training.step(step);
    }

    private static Optimizer optimizer(JsonField json) {
        JsonField settings = json.at("settings");
        double base = settings.at("lr").number();
        Schedule rate =
                json.has("schedule") ? Schedules.cosineDecay(base, 60) : Schedules.constant(base);
        double decay = settings.at("weight_decay").number();
        return switch (json.at("optimizer").string()) {
            case "SGD" -> {
                var sgd =
                        Optimizers.sgd(rate)
                                .momentum(settings.at("momentum").number())
                                .weightDecay(decay);
                yield sgd.nesterov(settings.at("nesterov").truth());
            }
            case "Adam" -> Optimizers.adam(rate).weightDecay(decay);
            case "AdamW" -> Optimizers.adamW(rate).weightDecay(decay);
            case "RMSprop" -> {
                var rmsprop =
                        Optimizers.rmsprop(rate)
                                .alpha(settings.at("alpha").number())
                                .epsilon(settings.at("eps").number())
                                .momentum(settings.at("momentum").number())
                                .weightDecay(decay);
                yield rmsprop.centered(settings.at("centered").truth());
            }
            default -> throw new IllegalArgumentException(json.at("optimizer").string());
        };
    }
}
