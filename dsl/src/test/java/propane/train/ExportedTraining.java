package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import propane.coreml.CoreMl;
import propane.coreml.PackageRun;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.loss.Loss;
import propane.nn.metric.Metric;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.TensorType;
import propane.train.option.Precision;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;
import propane.train.result.Results;
import propane.train.trace.StepPrograms;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Holds every function of an exported training, read back and run by the interpreter, against the
 * trainer: results and state after each of a few steps, over drawn examples.
 */
final class ExportedTraining {
    /** What an update may differ by, as a share of what it moves: signs of tiny gradients. */
    private static final double MOVED = 0.05;

    private static final double FLOAT32 = 1e-4;
    static final double FLOAT16 = 0.03;

    /** A gradient smaller by so much than the largest one is compared less closely. */
    private static final double SMALL = 0.02;

    private static final double SMALLEST = 0.05;

    /** A gradient so much smaller than the largest one is rounding alone. */
    private static final double NOISE = 1e-5;

    private final Training training;
    private final Trainer trainer;
    private final Batch batch;
    private final StepPrograms traced;
    private final PackageRun run;
    private final double share;
    private Map<String, NDArray> state;

    private ExportedTraining(Trainer trainer, double share, Path folder) {
        this.share = share;
        this.training = trainer.training();
        this.trainer = trainer;
        this.batch = batch(training);
        this.traced = new StepPrograms(training.spec(), training.spec().batch(), true);
        trainer.step(batch); // so that slots and the step are no longer those of the beginning
        trainer.exportTraining(folder.resolve("HeldTraining.mlpackage"));
        this.run = new PackageRun(folder.resolve("HeldTraining.mlpackage"));
    }

    /**
     * Exports a training of batches of a size, and holds what was written against the trainer.
     *
     * @param share how far slopes in float16 may be from those in float32
     */
    static void hold(Training training, int batch, double share, Path folder) {
        hold(training.batch(batch), Map.of(), share, folder);
    }

    /** Does so from given weights on. */
    static void hold(Training training, Map<String, NDArray> weights, double share, Path folder) {
        Training whole = training.precision(Precision.FLOAT32);
        try (Trainer trainer = whole.compile(Engine.cpu())) {
            if (!weights.isEmpty()) {
                trainer.load(new propane.checkpoint.Weights(weights));
            }
            var held = new ExportedTraining(trainer, share, folder);
            held.start();
            int steps = 2 * training.spec().accumulate();
            for (int step = 0; step < steps; step++) {
                held.step();
            }
            held.evaluate();
            trainer.export(folder.resolve("Held.mlpackage"));
            held.predict(folder.resolve("Held.mlpackage"));
        }
    }

    /** Draws examples that any of our losses takes. */
    private static Batch batch(Training training) {
        var random = new Random(training.spec().batch());
        return new Batch(
                drawn(training.model().inputs(), training, random),
                drawn(training.spec().targets(), training, random));
    }

    private static Map<String, NDArray> drawn(
            List<Input> inputs, Training training, Random random) {
        var labels = training.spec().labels();
        var values = new LinkedHashMap<String, NDArray>();
        for (Input input : inputs) {
            TensorType type = input.port(training.spec().batch()).type();
            int classes = labels.containsKey(input.name()) ? labels.get(input.name()).classes() : 8;
            double[] elements = new double[type.shape().size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] =
                        type.dtype() == DType.INT32
                                ? random.nextInt(Math.min(classes, 8))
                                : fitting(training, input, random.nextFloat());
            }
            values.put(input.name(), NDArray.of(elements, type));
        }
        return values;
    }

    /** Returns a number from 0 to 1, or the nearer of both where a loss takes only those. */
    static double fitting(Training training, Input port, double number) {
        var losses = training.spec().lossesByTarget();
        boolean isSign =
                losses.containsKey(port.name())
                        && losses.get(port.name()).targetKind() == Loss.TargetKind.SIGNS;
        return isSign ? Math.rint(number) : number;
    }

    /** The first state is that of the trainer, and what else begins is told. */
    private void start() {
        Map<String, NDArray> told = run.start();
        state = new HashMap<>(run.run("initialize", told));
        var live = trainer.programs().state();
        assertThat(state.keySet()).contains("step", "updates").doesNotContain("seed");
        assertThat(run.program().functions())
                .allMatch(function -> !function.inputs().isEmpty(), "has inputs");
        state.forEach((path, value) -> {
            if (live.has(path)) {
                assertThat(value).as(path).isEqualTo(live.read(path));
            }
        });
        if (told.containsKey("seed")) {
            assertThat(told.get("seed")).isEqualTo(live.read("seed"));
            state.put("seed", told.get("seed"));
        }
        for (Rate rate : traced.rates()) {
            String path = rate.port().name();
            assertThat(told.get(path).at(0)).as(path).isEqualTo((float) now(rate));
        }
        for (ScheduledSetting setting : traced.scheduled()) {
            String path = setting.port().name();
            assertThat(told.get(path).at(0)).as(path).isEqualTo(setting.at(updates()));
        }
    }

    private long updates() {
        return trainer.steps() / training.spec().accumulate();
    }

    private double now(Rate rate) {
        return trainer.rates().at(rate, updates());
    }

    private void step() {
        for (Rate rate : traced.rates()) {
            NDArray now = NDArray.of(new float[] {(float) now(rate)});
            state.put(rate.port().name(), now);
        }
        for (ScheduledSetting setting : traced.scheduled()) {
            NDArray now = NDArray.of(new float[] {setting.at(updates())});
            state.put(setting.port().name(), now);
        }
        var before = new HashMap<>(state);
        var values = new HashMap<>(state);
        values.putAll(batch.inputs());
        values.putAll(batch.targets());
        Map<String, NDArray> half = gradients(values);
        Map<String, NDArray> slopes = Interpreter.run(traced.gradients(), values);
        requireSlopes(half, slopes, values.get("loss_scale").at(0));
        boolean updates = (trainer.steps() + 1) % training.spec().accumulate() == 0;
        var halves = new HashMap<>(values);
        halves.putAll(handedOver(slopes));
        Map<String, NDArray> second = run.run(updates ? "update" : "accumulate", halves);
        Results live = trainer.step(batch);
        requireResults(half, live, FLOAT16);
        requireResults(second, live, FLOAT32);
        requireState(second, before, slopes, updates ? "update" : "accumulate");
        if (updates) {
            Map<String, NDArray> train = run.run("train", values);
            requireResults(train, live, FLOAT32);
            assertThat(train).containsKeys(told());
            requireState(train, before, slopes, "train");
        }
        for (Map.Entry<String, NDArray> each : second.entrySet()) {
            state.computeIfPresent(each.getKey(), (_, _) -> each.getValue());
        }
    }

    /** Returns the results that an app can make means of. */
    private String[] told() {
        return traced.metrics().values().stream()
                .filter(metric ->
                        metric instanceof Metric.PerExample
                                || !(metric instanceof Metric.Streaming))
                .map(Metric::name)
                .toArray(String[]::new);
    }

    /** Returns what the package gives, at a scale of the loss that float16 bears. */
    private Map<String, NDArray> gradients(Map<String, NDArray> values) {
        Map<String, NDArray> half = run.run("gradients", values);
        // As update does, which skips such a step.
        for (int scale = 0; scale < 6 && !isFinite(half); scale++) {
            NDArray former = values.get("loss_scale");
            values.put("loss_scale", NDArray.of(new float[] {(float) former.at(0) / 2}));
            half = run.run("gradients", values);
        }
        return half;
    }

    /** Slopes as they were traced, in float32, and those of the package. */
    private void requireSlopes(
            Map<String, NDArray> half, Map<String, NDArray> slopes, double scale) {
        // What float16 rounds of probabilities is there, too, where nothing is left to learn.
        double most = SMALLEST * scale;
        for (String path : handedOver(slopes).keySet()) {
            most = Math.max(most, norm(slopes.get(path)));
        }
        for (String path : handedOver(slopes).keySet()) {
            if (!half.containsKey(path)) {
                continue; // two weights with one gradient: of those update reads one
            }
            assertThat(norm(half.get(path).doubles(), slopes.get(path).doubles()))
                    .as("gradients: " + path)
                    .isLessThanOrEqualTo(share * (norm(slopes.get(path)) + SMALL * most));
        }
    }

    private static boolean isFinite(Map<String, NDArray> values) {
        return values.values().stream()
                .flatMapToDouble(value -> Arrays.stream(value.doubles()))
                .allMatch(Double::isFinite);
    }

    private static Map<String, NDArray> handedOver(Map<String, NDArray> slopes) {
        var values = new HashMap<>(slopes);
        values.keySet().removeIf(path -> !path.startsWith("gradient/"));
        return values;
    }

    private static void requireResults(Map<String, NDArray> found, Results live, double share) {
        live.values()
                .forEach((name, value) -> {
                    if (found.containsKey(name)) {
                        double near = share * (0.1 + Math.abs(value));
                        // Of metrics in which not all counts there are sum and weight.
                        NDArray told = found.get(name);
                        double mean = told.size() == 2 ? told.at(0) / told.at(1) : told.at(0);
                        assertThat(mean)
                                .as(name)
                                .isCloseTo(value, org.assertj.core.data.Offset.offset(near));
                    }
                });
    }

    /** What moves must come out as the trainer's; what only rounding moves may not. */
    private void requireState(
            Map<String, NDArray> found,
            Map<String, NDArray> before,
            Map<String, NDArray> slopes,
            String function) {
        List<String> noise = noise(slopes);
        var live = trainer.programs().state();
        for (Port port : live.ports()) {
            String path = port.name();
            if (!before.containsKey(path)
                    || path.equals("seed")
                    || path.endsWith("/learning_rate")
                    || traced.scheduled().stream()
                            .anyMatch(setting -> setting.port().name().equals(path))
                    || noise.stream().anyMatch(path::endsWith)) {
                continue;
            }
            double[] was = before.get(path).doubles();
            double[] is = live.read(path).doubles();
            double[] own = found.getOrDefault(path, before.get(path)).doubles();
            double size = norm(live.read(path));
            assertThat(norm(own, is))
                    .as("%s: %s", function, path)
                    .isLessThanOrEqualTo(MOVED * norm(is, was) + 1e-6 * size + 1e-9);
        }
    }

    private static List<String> noise(Map<String, NDArray> slopes) {
        double most = slopes.keySet().stream().mapToDouble(p -> largest(p, slopes)).max().orElse(0);
        return slopes.keySet().stream()
                .filter(path -> largest(path, slopes) < NOISE * most)
                .map(path -> path.replaceFirst("^gradient/", ""))
                .toList();
    }

    private static double largest(String path, Map<String, NDArray> slopes) {
        return path.startsWith("gradient/")
                ? Arrays.stream(slopes.get(path).doubles()).map(Math::abs).max().orElse(0)
                : 0;
    }

    private static double norm(NDArray value) {
        return norm(value.doubles(), new double[value.size()]);
    }

    private static double norm(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    private Map<String, NDArray> liveState() {
        var values = new HashMap<String, NDArray>();
        var live = trainer.programs().state();
        live.ports().forEach(port -> values.put(port.name(), live.read(port)));
        values.putAll(batch.inputs());
        return values;
    }

    private void evaluate() {
        Map<String, NDArray> values = liveState();
        values.putAll(batch.targets());
        Map<String, NDArray> found = run.run("evaluate", values);
        Results live = trainer.evaluate(Dataset.of(batch.inputs(), batch.targets()));
        assertThat(found).isNotEmpty();
        requireResults(found, live, FLOAT32);
    }

    private void predict(Path model) {
        Map<String, NDArray> values = liveState();
        Map<String, NDArray> live = trainer.predict(batch.inputs());
        Map<String, NDArray> whole = run.run("predict", values);
        assertThat(whole).containsOnlyKeys(live.keySet().toArray(String[]::new));
        Program.Function alone = CoreMl.read(model).functions().getFirst();
        for (int row = 0; row < training.spec().batch(); row++) {
            int from = row;
            batch.inputs().forEach((name, all) -> values.put(name, all.slice(from, from + 1)));
            Map<String, NDArray> one = run.run("predict_one", values);
            Map<String, NDArray> exported = Interpreter.run(alone, typed(alone, values));
            for (String name : live.keySet()) {
                NDArray expected = live.get(name).slice(row, row + 1);
                near(whole.get(name).slice(row, row + 1), expected, FLOAT32, "predict: " + name);
                near(one.get(name), expected, FLOAT32, "predict_one: " + name);
                near(exported.get(name), expected, share(alone), "exported: " + name);
            }
        }
    }

    private static Map<String, NDArray> typed(Program.Function function, Map<String, NDArray> all) {
        var values = new HashMap<String, NDArray>();
        for (Port port : function.inputs()) {
            values.put(port.name(), all.get(port.name()).cast(port.type().dtype()));
        }
        return values;
    }

    private static double share(Program.Function function) {
        return function.operations().stream()
                        .flatMap(operation -> operation.results().stream())
                        .anyMatch(tensor -> tensor.dtype() == DType.FLOAT16)
                ? FLOAT16
                : FLOAT32;
    }

    private static void near(NDArray found, NDArray expected, double share, String what) {
        assertThat(norm(found.doubles(), expected.doubles()))
                .as(what)
                .isLessThanOrEqualTo(share * (norm(expected) + 0.01));
    }
}
