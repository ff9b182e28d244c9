package propane.train;

import propane.engine.Engine;
import propane.engine.MemoryException;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.nn.metric.Metric;
import propane.nn.optimizer.Optimizer;
import propane.plan.Planning;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.run.PlannedMemory;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.trace.LossStep;
import propane.train.trace.LoweredStep;
import propane.train.trace.TrainingSpec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is trained and how, as a value: every method returns another training and leaves this one as
 * it is. Nothing is computed before {@link #compile}.
 *
 * <p>Either a loss and an optimizer say what a step does, or a {@link Step} of one's own does.
 */
public final class Training {
    private final Model model;
    private final Map<String, Loss> losses;
    private final List<Optimizer> optimizer;
    private final Map<String, List<Metric>> metrics;
    private final List<Input> weights;
    private final List<Step> step;
    private final List<Input> targets;
    private final double clipGradNorm;
    private final List<UnaryOperator<Gradients>> changes;
    private final double ema;
    private final int gradientAccumulation;
    private final int batch;
    private final long seed;
    private final Precision precision;

    private Training(Draft draft) {
        this.model = draft.model;
        this.losses = draft.losses;
        this.optimizer = draft.optimizer;
        this.metrics = draft.metrics;
        this.weights = draft.weights;
        this.step = draft.step;
        this.targets = draft.targets;
        this.clipGradNorm = draft.clipGradNorm;
        this.changes = draft.changes;
        this.ema = draft.ema;
        this.gradientAccumulation = draft.gradientAccumulation;
        this.batch = draft.batch;
        this.seed = draft.seed;
        this.precision = draft.precision;
    }

    /** Returns a training of a model: batches of 32, seed 0, nothing clipped. */
    public static Training training(Model model) {
        Preconditions.given("training: model", model);
        return new Training(new Draft(model));
    }

    /** Returns this training with a loss of the model's only output. */
    public Training loss(Loss loss) {
        Preconditions.given("loss: loss", loss);
        if (model.outputs().size() != 1) {
            throw new UnknownNameException(
                    Problem.ofRule("loss: the model has the outputs " + model.outputs())
                            .fix("name one, loss(\"…\", …)"));
        }
        return loss(model.outputs().getFirst(), loss);
    }

    /**
     * Returns this training with a loss of one of the model's outputs; the losses of several
     * outputs are added. The target has the output's name, or {@code target} where the model has
     * one output.
     */
    public Training loss(String output, Loss loss) {
        Preconditions.given("loss: output", output);
        Preconditions.given("loss: loss", loss);
        requireOutput("loss", output);
        Draft draft = draft();
        draft.losses = new LinkedHashMap<>(losses);
        draft.losses.put(output, loss);
        return new Training(draft);
    }

    /**
     * Returns this training with examples that count more or less than others: the loss is the sum
     * of each one's weight times its loss, divided by the sum of the weights. Of an example of
     * weight 0 nothing counts; weights that are all alike change nothing.
     *
     * {@snippet :
     * var inputs = Map.of("input", NDArray.of(new float[][] {{0}, {1}, {2}, {3}}));
     * var targets = Map.of(
     *         "target", NDArray.of(new float[][] {{1}, {3}, {5}, {-100}}),
     *         "trust", NDArray.of(new float[] {1, 1, 1, 0}));
     * var training = training(model(input(1), dense(1))).loss(meanSquaredError())
     *         .sampleWeight("trust").optimizer(sgd(0.1)).batch(4).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(Dataset.of(inputs, targets), epochs(200));
     *     System.out.println(trainer.weights().at("dense_1/weight"));
     * }
     * }
     *
     * <p>Weights may also be of what an example is made of, and are a mask where they are 0 and 1:
     * {@code sampleWeight("mask", 12)} for targets [12] or [12, 3] an example.
     *
     * @param target the name of a further float32 target, the weights, 0 or more
     * @param dims its shape, the first axes of one example's target; none for one weight an example
     */
    public Training sampleWeight(String target, int... dims) {
        Preconditions.given("sampleWeight: target", target);
        Preconditions.given("sampleWeight: dims", dims);
        Draft draft = draft();
        draft.weights = List.of(Input.input(target, dims));
        return new Training(draft);
    }

    /** Returns this training with an optimizer; there is none by default. */
    public Training optimizer(Optimizer of) {
        Preconditions.given("optimizer: of", of);
        Draft draft = draft();
        draft.optimizer = List.of(of);
        return new Training(draft);
    }

    /**
     * Returns this training with metrics in addition to the loss, of each output that has one; none
     * by default.
     */
    public Training metrics(Metric... of) {
        Preconditions.given("metrics: of", of);
        Training training = this;
        for (String output : model.outputs()) {
            training = training.metrics(output, of);
        }
        return training;
    }

    /**
     * Returns this training with metrics of one of the model's outputs in place of those it had;
     * where several outputs have losses, their names begin with the output's: {@code size_rmse}.
     */
    public Training metrics(String output, Metric... of) {
        Preconditions.given("metrics: output", output);
        Preconditions.given("metrics: of", of);
        requireOutput("metrics", output);
        Draft draft = draft();
        draft.metrics = new LinkedHashMap<>(metrics);
        draft.metrics.put(output, List.of(of));
        return new Training(draft);
    }

    private void requireOutput(String method, String output) {
        if (!model.outputs().contains(output)) {
            throw UnknownNameException.among(method + ": no output", output, model.outputs());
        }
    }

    /** Returns this training with a step of one's own in place of loss, optimizer and metrics. */
    public Training step(Step of) {
        Preconditions.given("step: of", of);
        Draft draft = draft();
        draft.step = List.of(of);
        return new Training(draft);
    }

    /**
     * Returns this training with the targets that a step of one's own reads; without this, one
     * int32 label named {@code target}.
     */
    public Training targets(Input... of) {
        Preconditions.given("targets: of", of);
        Draft draft = draft();
        draft.targets = List.of(of);
        return new Training(draft);
    }

    /**
     * Returns this training with gradients scaled down to a global norm, none by default (gradient
     * clipping).
     *
     * @param globalNorm the largest norm, positive
     */
    public Training clipGradNorm(double globalNorm) {
        Preconditions.positive("clipGradNorm: the largest norm", globalNorm);
        Draft draft = draft();
        draft.clipGradNorm = globalNorm;
        return new Training(draft);
    }

    /**
     * Returns this training with gradients changed before the optimizer has them, after {@link
     * #clipGradNorm} and after changes that were asked for before.
     *
     * {@snippet :
     * var training =
     *         training(model(input(2), dense(1)))
     *                 .loss(meanSquaredError())
     *                 .optimizer(sgd(0.1))
     *                 .transformGradients(each -> each.clipByValue(0.5).withNoise(0.01, 0.55))
     *                 .ema(0.99);
     * float[][] x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
     * float[][] y = {{0}, {2}, {1}, {3}};
     * try (var trainer = training.compile()) {
     *     trainer.fit(Dataset.of(x, y), epochs(100));
     *     System.out.println(trainer.evaluate(Dataset.of(x, y), useEma()));
     * }
     * }
     */
    public Training transformGradients(UnaryOperator<Gradients> change) {
        Preconditions.given("transformGradients: change", change);
        Draft draft = draft();
        draft.changes = Stream.concat(changes.stream(), Stream.of(change)).toList();
        return new Training(draft);
    }

    /**
     * Returns this training with an exponential moving average (EMA) kept of every weight it
     * updates, from the weights' start on; none by default: after each update a ← a + (1 − d)·(w −
     * a) (Polyak and Juditsky, 1992, with weights that fade). {@link Option#useEma} reads the
     * means; a checkpoint holds them.
     *
     * @param decay d, above 0 and below 1; 0.999 is usual
     */
    public Training ema(double decay) {
        Preconditions.between("ema: the decay", decay);
        Draft draft = draft();
        draft.ema = decay;
        return new Training(draft);
    }

    /**
     * Returns this training with one update after several batches, 1 by default: that of one batch
     * of all their examples. The mean is taken once over all that counts in them, however it is
     * spread; only statistics of a batch, as of batch norm, and random numbers are those of each
     * batch. The last update of an epoch is made of the batches that are left.
     *
     * @param batches the number of batches, at least 1
     */
    public Training gradientAccumulation(int batches) {
        Preconditions.atLeast(1, "gradientAccumulation: the number of batches", batches);
        Draft draft = draft();
        draft.gradientAccumulation = batches;
        return new Training(draft);
    }

    /** Returns this training with batches of a size, at least 1; 32 by default. */
    public Training batch(int size) {
        Preconditions.atLeast(1, "batch: the number of examples", size);
        Draft draft = draft();
        draft.batch = size;
        return new Training(draft);
    }

    /**
     * Returns this training with a seed, 0 by default: of first weights, of the order of examples,
     * of dropout and of noise.
     */
    public Training seed(long of) {
        Draft draft = draft();
        draft.seed = of;
        return new Training(draft);
    }

    /**
     * Returns this training computed in other numbers than {@link Precision#FLOAT32}, the default.
     */
    public Training precision(Precision of) {
        Preconditions.given("precision: of", of);
        Draft draft = draft();
        draft.precision = of;
        return new Training(draft);
    }

    /** Compiles this training for the best device of this machine. */
    public Trainer compile() {
        return compile(Engine.best());
    }

    /**
     * Returns the largest batch that this could be trained on in so much native memory, on the CPU
     * engine; 0 where not even one example fits. Nothing is taken.
     *
     * @param bytes how many bytes there are, 0 or more
     */
    public int largestBatch(long bytes) {
        Preconditions.atLeast(0, "largestBatch: the number of bytes", bytes);
        return PlannedMemory.largestBatch(spec(), Engine.cpu(), bytes, 0);
    }

    /**
     * Compiles this training.
     *
     * @throws MemoryException if it takes more memory than the machine has left; it tells about
     *     which batch fits
     * @throws PropaneException if something does not fit together
     */
    public Trainer compile(Engine engine) {
        Preconditions.given("compile: engine", engine);
        Planning.compiling(() -> LoweredStep.planned(spec()).estimate());
        return new Trainer(this, engine);
    }

    /** Returns the model. */
    public Model model() {
        return model;
    }

    /** Returns what is to be trained and how, if it fits together. */
    TrainingSpec spec() {
        return new TrainingSpec(
                model,
                step(),
                targets(),
                losses,
                targetNames(),
                weights,
                ema,
                gradientAccumulation,
                batch,
                seed,
                precision);
    }

    /** Returns the step that is traced. */
    private Step step() {
        if (!step.isEmpty()) {
            require(
                    losses.isEmpty()
                            && optimizer.isEmpty()
                            && metrics.isEmpty()
                            && weights.isEmpty()
                            && clipGradNorm == 0
                            && changes.isEmpty(),
                    "training: a step of one's own takes the place of loss, sampleWeight,"
                            + " optimizer, metrics, clipGradNorm and transformGradients",
                    "move them into the step");
            return step.getFirst();
        }
        require(!losses.isEmpty(), "training: there is no loss", "add .loss(…)");
        require(!optimizer.isEmpty(), "training: there is no optimizer", "add .optimizer(…)");
        return new LossStep(
                losses,
                targetNames(),
                optimizer.getFirst(),
                metrics,
                weights.stream().map(Input::name).toList(),
                this::changed);
    }

    private Gradients changed(Gradients gradients) {
        Gradients changed = clipGradNorm > 0 ? gradients.clipByGlobalNorm(clipGradNorm) : gradients;
        for (UnaryOperator<Gradients> change : changes) {
            changed = Preconditions.returned("a change of gradients", change.apply(changed));
        }
        return changed;
    }

    /** Returns the targets that a batch has. */
    private List<Input> targets() {
        if (!targets.isEmpty()) {
            return targets;
        }
        if (losses.isEmpty()) {
            return List.of(Input.labels("target"));
        }
        var found = new ArrayList<Input>();
        losses.forEach((output, loss) -> {
            TensorType type = loss.target(model.output(output, batch));
            found.add(new Input(targetNames().get(output), type.shape().tail(), type.dtype()));
        });
        found.addAll(weights);
        return found;
    }

    private Map<String, String> targetNames() {
        var names = new LinkedHashMap<String, String>();
        for (String output : losses.keySet()) {
            names.put(output, model.outputs().size() == 1 ? "target" : output);
        }
        return names;
    }

    private static void require(boolean holds, String rule, String fix) {
        if (!holds) {
            throw new PropaneException(Problem.ofRule(rule).fix(fix));
        }
    }

    private Draft draft() {
        var draft = new Draft(model);
        draft.losses = losses;
        draft.optimizer = optimizer;
        draft.metrics = metrics;
        draft.weights = weights;
        draft.step = step;
        draft.targets = targets;
        draft.clipGradNorm = clipGradNorm;
        draft.changes = changes;
        draft.ema = ema;
        draft.gradientAccumulation = gradientAccumulation;
        draft.batch = batch;
        draft.seed = seed;
        draft.precision = precision;
        return draft;
    }

    /** A training while it is being put together. */
    private static final class Draft {
        private final Model model;
        private Map<String, Loss> losses = Map.of();
        private List<Optimizer> optimizer = List.of();
        private Map<String, List<Metric>> metrics = Map.of();
        private List<Input> weights = List.of();
        private List<Step> step = List.of();
        private List<Input> targets = List.of();
        private double clipGradNorm;
        private List<UnaryOperator<Gradients>> changes = List.of();
        private double ema;
        private int gradientAccumulation = 1;
        private int batch = 32;
        private long seed;
        private Precision precision = Precision.FLOAT32;

        private Draft(Model model) {
            this.model = model;
        }
    }

    /** Returns model and settings on a line. */
    @Override
    public String toString() {
        var text = new StringBuilder("training of ").append(model);
        losses.forEach((output, loss) -> {
            String of = losses.size() == 1 ? "" : " of " + output;
            text.append(", loss").append(of).append(' ').append(name(loss));
        });
        optimizer.forEach(each -> text.append(", optimizer ").append(name(each)));
        text.append(step.isEmpty() ? "" : ", a step of one's own");
        var measured = metrics.values().stream().flatMap(List::stream).map(Metric::name).distinct();
        String names = measured.collect(Collectors.joining(" "));
        text.append(names.isEmpty() ? "" : ", metrics " + names);
        return text.append(", batch ").append(batch).append(", seed ").append(seed).toString();
    }

    /** Returns the name of a class as the language spells it; a lambda has none. */
    private static String name(Object part) {
        String name = part.getClass().getSimpleName();
        return part.getClass().isHidden() || name.isEmpty()
                ? "of one's own"
                : name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }
}
