package propane.differential;

import propane.json.Json;
import propane.nn.Model;
import propane.nn.Weight;
import propane.nn.loss.Loss;
import propane.nn.loss.Losses;
import propane.nn.loss.TripletMargin;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizer;
import propane.tensor.Tensor;
import propane.train.Training;
import propane.train.step.Examples;
import propane.train.step.Gradients;
import propane.train.step.StepOutputs;
import propane.train.step.TracedModel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A training drawn from a seed.
 *
 * @param seed the seed
 * @param model the model
 * @param tasks what each output is trained for; none where the step is one of its own
 * @param triplet the loss of a step of one's own, one at most
 * @param optimizer the optimizer
 * @param settings further settings of the training, in their order: clip, clipByValue, clipByNorm,
 *     average
 * @param isWeighted whether examples, or parts of them, are weighted
 * @param isMasked whether each element of the only target has a weight, instead of each example
 * @param loop how it is trained
 */
record DrawnTraining(
        long seed,
        DrawnModel model,
        Map<String, Task> tasks,
        List<Term> triplet,
        Term optimizer,
        Map<String, Double> settings,
        boolean isWeighted,
        boolean isMasked,
        Loop loop) {
    static final String TRUST = "trust";

    static DrawnTraining draw(long seed) {
        var dice = new Dice(seed);
        var draws = new ModelDraws(dice);
        if (dice.chance(0.05)) {
            DrawnModel encoder = draws.encoder();
            Term loss =
                    dice.chance(0.5)
                            ? Term.of(Losses.class, "tripletMargin", dice.real(0.3, 2))
                            : Term.of(Losses.class, "tripletMargin");
            return new DrawnTraining(
                    seed,
                    encoder,
                    Map.of(),
                    List.of(loss),
                    new OptimizerDraws(dice, encoder.model().trainable()).draw(),
                    Map.of(),
                    false,
                    false,
                    Loop.draw(dice, 1));
        }
        ModelDraws.Drawn drawn = draws.draw();
        List<Weight> weights = drawn.model().model().trainable();
        boolean isWeighted = dice.chance(0.25);
        Task first = drawn.tasks().values().iterator().next();
        boolean isOne = drawn.tasks().size() == 1 && first.isOfElements();
        return new DrawnTraining(
                seed,
                drawn.model(),
                drawn.tasks(),
                List.of(),
                new OptimizerDraws(dice, weights).draw(),
                settings(dice),
                isWeighted,
                isWeighted && isOne && dice.chance(0.5),
                loop(dice, drawn));
    }

    private static Loop loop(Dice dice, ModelDraws.Drawn drawn) {
        var calls = new ArrayList<String>();
        drawn.model().walk(term -> calls.add(term.name()));
        // A channel of two values is normalized to −1 and 1, whatever they are.
        return Loop.draw(dice, calls.contains("batchNorm") ? 3 : 1);
    }

    private static Map<String, Double> settings(Dice dice) {
        var settings = new LinkedHashMap<String, Double>();
        if (dice.chance(0.25)) {
            settings.put("clipGradNorm", dice.scale(0.05, 2));
        }
        if (dice.chance(0.15)) {
            settings.put("clipByValue", dice.scale(0.005, 0.3));
        }
        if (dice.chance(0.15)) {
            settings.put("clipByNorm", dice.scale(0.02, 1));
        }
        if (dice.chance(0.25)) {
            settings.put("ema", dice.real(0.3, 0.95));
        }
        return settings;
    }

    /** Returns the name of an output's target. */
    String target(String output) {
        return tasks.size() > 1 ? output : "target";
    }

    Training training(Model of) {
        Training training =
                Training.training(of)
                        .batch(loop.batch())
                        .gradientAccumulation(loop.accumulate())
                        .seed(seed);
        for (Term loss : triplet) {
            var targets =
                    List.of("near", "far").stream()
                            .map(name ->
                                    new propane.nn.Input(
                                            name,
                                            model.inputs().getFirst().shape(),
                                            model.inputs().getFirst().dtype()))
                            .toArray(propane.nn.Input[]::new);
            return training.targets(targets)
                    .step((traced, batch) -> step((TripletMargin) loss.make(), traced, batch));
        }
        training = training.optimizer((Optimizer) optimizer.make());
        for (var task : tasks.entrySet()) {
            training =
                    training.loss(task.getKey(), (Loss) task.getValue().loss().make())
                            .metrics(task.getKey(), metrics(task.getValue()));
        }
        if (isWeighted) {
            training = training.sampleWeight(TRUST, weighted(of));
        }
        for (var setting : settings.entrySet()) {
            double value = setting.getValue();
            training =
                    switch (setting.getKey()) {
                        case "clipGradNorm" -> training.clipGradNorm(value);
                        case "clipByValue" ->
                                training.transformGradients(each -> each.clipByValue(value));
                        case "clipByNorm" ->
                                training.transformGradients(each -> each.clipByNorm(value));
                        default -> training.ema(value);
                    };
        }
        return training;
    }

    /** Returns the shape of the weights of an example. */
    int[] weighted(Model of) {
        if (!isMasked) {
            return new int[0];
        }
        var task = tasks.entrySet().iterator().next();
        return task.getValue().type(of.output(task.getKey(), 1)).shape().tail().toArray();
    }

    private static Metric[] metrics(Task task) {
        return task.metrics().stream().map(term -> (Metric) term.make()).toArray(Metric[]::new);
    }

    private StepOutputs step(TripletMargin margin, TracedModel traced, Examples batch) {
        Tensor anchor = traced.predict(batch.inputs().only());
        Tensor near = traced.predict(batch.targets().at("near"));
        Tensor far = traced.predict(batch.targets().at("far"));
        Tensor loss = margin.of(anchor, near, far);
        traced.update(Gradients.gradients(loss, traced), (Optimizer) optimizer.make());
        return StepOutputs.of(Metrics.loss(), loss)
                .with(Metrics.scalar("size"), anchor.square().mean());
    }

    /** Tells all terms. */
    void walk(Consumer<Term> visitor) {
        model.walk(visitor);
        for (Task task : tasks.values()) {
            task.loss().walk(visitor);
            task.metrics().forEach(term -> term.walk(visitor));
        }
        triplet.forEach(term -> term.walk(visitor));
        optimizer.walk(visitor);
    }

    Json.Members json() {
        var all = Json.object();
        for (var task : tasks.entrySet()) {
            Task each = task.getValue();
            var metrics = new ArrayList<Json>();
            for (Term term : each.metrics()) {
                String name = ((Metric) term.make()).name();
                metrics.add(
                        Json.object()
                                .with("term", term.json())
                                .with(
                                        "name",
                                        tasks.size() == 1 ? name : task.getKey() + "_" + name));
            }
            all =
                    all.with(
                            task.getKey(),
                            Json.object()
                                    .with("loss", each.loss().json())
                                    .with("target", target(task.getKey()))
                                    .with("metrics", new Json.Items(metrics)));
        }
        var further = Json.object();
        for (var setting : settings.entrySet()) {
            further = further.with(setting.getKey(), setting.getValue());
        }
        return Json.object()
                .with("seed", seed)
                .with("model", model.json())
                .with("tasks", all)
                .with("triplet", Term.json(triplet))
                .with("optimizer", optimizer.json())
                .with("settings", further)
                .with("weighted", isWeighted)
                .with("loop", loop.json())
                .with("program", toString());
    }

    /** Returns a text that is near to a program. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        model.parts().forEach(part -> text.append(part.input()).append(": ").append(part.layers()));
        text.append(model.inputs()).append(' ').append(model.trunk()).append(' ');
        text.append(model.outputs());
        model.frozen().forEach(term -> text.append(" freeze(").append(term).append(')'));
        tasks.forEach((name, task) ->
                text.append(" loss(")
                        .append(name)
                        .append(", ")
                        .append(task.loss())
                        .append(") metrics")
                        .append(task.metrics()));
        text.append(triplet).append(" optimizer(").append(optimizer).append(") ");
        return text.append(settings)
                .append(isWeighted ? isMasked ? " masked " : " weighted " : " ")
                .append(loop)
                .toString();
    }
}
