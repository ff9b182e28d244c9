package propane.differential;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.json.Json;
import propane.nn.Model;
import propane.nn.Weight;
import propane.nn.metric.Metrics;
import propane.safetensors.Safetensors;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.TensorType;
import propane.train.Trainer;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.Results;
import propane.train.result.TrainerCallback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs random trainings and leaves what they are, began with and came to in a folder, two files a
 * case: {@code 17.json} and {@code 17.safetensors}.
 */
final class Differential {
    private final DrawnTraining drawn;
    private final Model model;
    private final DrawnData data;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final List<Double> losses = new ArrayList<>();

    private Differential(DrawnTraining drawn) {
        this.drawn = drawn;
        this.model = drawn.model().model();
        this.data = DrawnData.draw(drawn, model);
        data.inputs().forEach((name, array) -> arrays.put("input/" + name, array));
        data.targets().forEach((name, array) -> arrays.put("target/" + name, array));
    }

    /** Takes {@code FOLDER COUNT SEED}. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        long first = Long.parseLong(arguments[2]);
        for (long seed = first; seed < first + count; seed++) {
            var drawn = DrawnTraining.draw(seed);
            Json.Members told = drawn.json();
            try {
                told = new Differential(drawn).run(told, folder);
            } catch (PropaneException e) {
                told = told.with("error", e.getClass().getSimpleName() + ": " + e.getMessage());
            }
            Files.writeString(folder.resolve(seed + ".json"), told.text());
        }
    }

    private Json.Members run(Json.Members told, Path folder) {
        Map<String, NDArray> start = start();
        boolean isGiven = drawn.loop().start() == Loop.Start.STARTING_FROM;
        var training = drawn.training(isGiven ? model.withWeights(start) : model);
        Json.Members results;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            if (drawn.loop().start() == Loop.Start.LOAD) {
                trainer.load(new Weights(start));
            }
            keep("start", trainer.weights().arrays());
            train(trainer);
            keep("end", trainer.weights().arrays());
            int evaluated = drawn.loop().evaluated();
            var inputs = DrawnData.rows(data.inputs(), 0, evaluated);
            Dataset some = data.dataset().take(evaluated);
            keep("prediction", trainer.predict(inputs));
            results = Json.object().with("now", results("now", trainer.evaluate(some)));
            if (drawn.settings().containsKey("ema")) {
                var averaged = Option.useEma();
                keep("ema", trainer.weights(averaged).arrays());
                keep("averaged_prediction", trainer.predict(inputs, averaged));
                results =
                        results.with(
                                "averaged", results("averaged", trainer.evaluate(some, averaged)));
            }
        }
        new Safetensors(Map.of(), arrays).write(folder.resolve(drawn.seed() + ".safetensors"));
        var trainable = model.trainable().stream().map(Weight::path).map(Json.Text::new).toList();
        return told.with("trainable", new Json.Items(List.copyOf(trainable)))
                .with("losses", numbers(losses))
                .with("results", results);
    }

    private void train(Trainer trainer) {
        if (!drawn.loop().isFit()) {
            for (Batch batch : data.batches(drawn.loop())) {
                losses.add(trainer.step(batch).value(Metrics.loss()));
            }
            return;
        }
        TrainerCallback callback =
                event -> {
                    if (event instanceof Event.StepDone(_, _, Results results)) {
                        losses.add(results.value(Metrics.loss()));
                    }
                    return TrainerCallback.Signal.CONTINUE;
                };
        trainer.fit(
                data.dataset(),
                Option.epochs(drawn.loop().epochs()),
                Option.inOrder(),
                Option.callback(callback));
    }

    private void keep(String folder, Map<String, NDArray> of) {
        of.forEach((name, array) -> arrays.put(folder + "/" + name, array));
    }

    private Json results(String when, Results results) {
        results.matrices()
                .forEach((name, table) -> arrays.put("table/" + when + "/" + name, table));
        var values = Json.object();
        for (var value : results.values().entrySet()) {
            values = values.with(value.getKey(), number(value.getValue()));
        }
        return values;
    }

    private static Json numbers(List<Double> of) {
        return new Json.Items(of.stream().map(Differential::number).toList());
    }

    private static Json number(double value) {
        return Double.isFinite(value) ? Json.of(value) : new Json.Text(Double.toString(value));
    }

    /** Returns first values with biases and gains off 0 and 1, where mistakes would not show. */
    private Map<String, NDArray> start() {
        var dice = new Dice(drawn.seed() + 2_000_003);
        var start = new LinkedHashMap<String, NDArray>();
        for (Weight weight : model.variables()) {
            double[] values = model.start(weight, drawn.seed()).doubles();
            double spread = weight.shape().rank() > 1 ? 0.1 : 0.2;
            boolean isVariance = weight.path().endsWith("/variance");
            Arrays.setAll(
                    values,
                    i ->
                            isVariance
                                    ? values[i] * Math.exp(spread * dice.normal())
                                    : values[i] + spread * dice.normal());
            start.put(weight.path(), NDArray.of(values, TensorType.float32(weight.shape())));
        }
        return start;
    }
}
