package propane.train;

import propane.checkpoint.Weights;
import propane.coreml.CoreMl;
import propane.coreml.estimate.EstimateReport;
import propane.coreml.lint.PlacementReport;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.DeviceReport;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Randomness;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.tensor.Role;
import propane.tensor.Setting;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A compiled training and the weights it holds on the device. It is used by one thread at a time;
 * {@link #close} frees its memory, after which it cannot be used.
 */
public final class Trainer implements AutoCloseable {
    private final Training training;
    private final Compilation programs;
    private final LearningRates rates;
    private final MemorySegment stepPort;
    private final ScaleWatch scale;
    private boolean scaleChanged;
    private List<Compilation.Compiled> trainedLast = List.of();
    private Position position = Position.start();
    private List<Event.Resumed> resumed = List.of();
    private boolean fitting;
    private boolean closed;

    Trainer(Training training, Engine engine) {
        this.training = training;
        this.programs = new Compilation(training, engine);
        this.rates = new LearningRates(programs);
        this.stepPort = programs.state().segment(Randomness.STEP.name());
        this.scale = new ScaleWatch(programs.state());
        TrainerState.initialize(training, programs);
        // What an engine does not take is an error here rather than at the first step.
        programs.training(training.batch());
    }

    /**
     * Trains on examples.
     *
     * @param data the examples; inputs and targets must be named as the training names them, where
     *     there is one of each any name will do
     * @param options how long, and what happens beside it
     * @return what was measured
     * @throws PropaneException if the data do not fit
     * @throws NumericException if a result of a step is not finite; the state is then that before
     *     the step
     */
    public History fit(Dataset data, Option... options) {
        requireOpen();
        requireNoRun("fit");
        if (position.finished()) {
            position = Position.start();
        }
        var fit = new Fit(this, data, new Options(options));
        fitting = true;
        try {
            return fit.run();
        } finally {
            fitting = false;
        }
    }

    /** A run's place in its data and the batch that waits for its step are its own. */
    private void requireNoRun(String what) {
        if (fitting) {
            throw new PropaneException(
                    what
                            + ": a run of this trainer is under way, whose listener asks for it\n"
                            + "    to mend it: end the run, Listener.Signal.STOP, and do it then;"
                            + " weights may be loaded meanwhile, load(Weights)");
        }
    }

    /** Returns the mean loss and the metrics over all examples of a dataset. */
    public Results evaluate(Dataset data) {
        return evaluate(data, false);
    }

    /** Returns loss and metrics by the running means of the weights. */
    public Results evaluate(Dataset data, Option.Averaged averaged) {
        requireAverages();
        return evaluate(data, true);
    }

    /** Throws unless running means of the weights are kept. */
    void requireAverages() {
        if (training.average() == 0) {
            throw new PropaneException(
                    "averaged: the training keeps no running means of its weights\n    to mend it:"
                            + " add .average(0.999)");
        }
    }

    Results evaluate(Dataset data, boolean averaged) {
        requireOpen();
        var purpose =
                averaged ? Compilation.Purpose.EVALUATE_AVERAGED : Compilation.Purpose.EVALUATE;
        var feed = new Feed(data, training);
        var means = new Means();
        for (int batch = 0; batch < feed.count(); batch++) {
            var compiled = programs.compiled(purpose, feed.size(batch));
            feed.fill(compiled, 0, batch);
            compiled.program().run("evaluate");
            means.add(compiled.results("evaluate"), feed.size(batch));
        }
        return means.results();
    }

    /**
     * Trains on one batch and returns its loss and metrics.
     *
     * @throws NumericException if one of them is not finite; the state is then that before the step
     */
    public Results step(Batch batch) {
        requireOpen();
        requireNoRun("step");
        TrainingProgram program = programs.training(batch.size());
        Feed.fill(program.compiled(), batch, training);
        return Means.of(runStep(program, () -> {}));
    }

    /**
     * Runs one step over a batch that stands in the frame, and returns its results.
     *
     * @param meanwhile what may be done beside the update, or left out
     */
    Means.ResultPorts runStep(TrainingProgram program, Runnable meanwhile) {
        requireStep();
        rates.set(updates());
        boolean updates = (steps() + 1) % training.accumulate() == 0;
        scale.begin();
        Means.ResultPorts results = program.run(updates, steps() + 1, meanwhile);
        scaleChanged = scale.changed(steps());
        trainedLast = List.of(program.compiled());
        return results;
    }

    /** The number of steps is an int32 in the program, too. */
    private void requireStep() {
        if (steps() == Integer.MAX_VALUE) {
            throw new PropaneException(
                    "step: a run has 2^31 - 1 steps at most\n    to mend it: save the weights,"
                            + " weights().write(path), and begin another run with them");
        }
    }

    /** Returns whether the last step changed the loss scale. */
    boolean scaleChanged() {
        return scaleChanged;
    }

    Event.LossScaleChanged scaleChange() {
        return scale.event(steps());
    }

    /** Returns the number of batches trained on so far. */
    public long steps() {
        return stepPort.get(ValueLayout.JAVA_INT, 0);
    }

    /** Returns the number of updates made so far. */
    private long updates() {
        return steps() / training.accumulate();
    }

    /**
     * Sets the learning rate of all optimizers from now on, in place of their schedules. A
     * checkpoint keeps it.
     */
    public void learningRate(double value) {
        // As the program reads it: beyond float32 it is infinite.
        Setting.notNegative("learningRate: the value", (float) value);
        rates.change(rates.change().instead(value));
    }

    /**
     * Tries learning rates from 10<sup>−6</sup> to 10 over 100 updates, each time a little larger,
     * until the loss grows (Smith, 2017). Weights, slots, statistics, step and data position are
     * afterwards what they were, bit for bit.
     *
     * {@snippet :
     * var data = Dataset.of(new float[][] {{0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1});
     * var training =
     *         training(model(input(2), sequential(dense(8), relu(), dense(2))))
     *                 .loss(softmaxCrossEntropy())
     *                 .optimizer(adam(1e-3));
     * try (var trainer = training.compile()) {
     *     var found = trainer.findLearningRate(data);
     *     System.out.println(found.trials().size() + " trials, best " + found.suggestion());
     *     trainer.learningRate(found.suggestion());
     *     trainer.fit(data, epochs(5));
     * }
     * }
     *
     * @param data the examples to train on meanwhile
     * @throws UnknownNameException if the step does not report a loss
     */
    public LearningRateTrials findLearningRate(Dataset data) {
        return findLearningRate(data, 1e-6, 10, 100);
    }

    /**
     * Tries learning rates, each larger than the one before by the same factor.
     *
     * @param data the examples to train on meanwhile
     * @param smallest the first rate, above 0
     * @param largest the last rate
     * @param trials the number of updates, at least 2
     */
    public LearningRateTrials findLearningRate(
            Dataset data, double smallest, double largest, int trials) {
        requireOpen();
        requireNoRun("findLearningRate");
        try {
            return new LearningRateSearch(this, data).run(smallest, largest, trials);
        } finally {
            scaleChanged = false;
        }
    }

    /**
     * Returns the output for a batch of inputs; any number of them.
     *
     * @param x [n, …] with the shape of the model's only input
     */
    public NDArray predict(NDArray x) {
        return only(predict(named(x)));
    }

    /** Returns the output for a batch of inputs by the running means of the weights. */
    public NDArray predict(NDArray x, Option.Averaged averaged) {
        return only(predict(named(x), averaged));
    }

    private Map<String, NDArray> named(NDArray x) {
        var inputs = training.model().inputs();
        if (inputs.size() != 1) {
            throw new UnknownNameException(
                    "predict: the model has the inputs "
                            + inputs.stream().map(input -> input.name()).toList()
                            + "\n    to mend it: give them by name, predict(Map.of(…))");
        }
        return Map.of(inputs.getFirst().name(), x);
    }

    private static NDArray only(Map<String, NDArray> outputs) {
        if (outputs.size() != 1) {
            throw new UnknownNameException(
                    "predict: the model has the outputs "
                            + outputs.keySet()
                            + "\n    to mend it: ask by name, predict(Map.of(…)).get(\"…\")");
        }
        return outputs.values().iterator().next();
    }

    /** Returns the outputs by name for a batch of inputs by name. */
    public Map<String, NDArray> predict(Map<String, NDArray> inputs) {
        requireOpen();
        return new Prediction(training, programs, Compilation.Purpose.PREDICT).of(inputs);
    }

    /** Returns the outputs by name, by the running means of the weights. */
    public Map<String, NDArray> predict(Map<String, NDArray> inputs, Option.Averaged averaged) {
        requireOpen();
        requireAverages();
        return new Prediction(training, programs, Compilation.Purpose.PREDICT_AVERAGED).of(inputs);
    }

    /** Returns copies of weights and statistics. */
    public Weights weights() {
        requireOpen();
        return TrainerState.weights(training, programs);
    }

    /** Returns copies of the running means of weights, and of all that has none. */
    public Weights weights(Option.Averaged averaged) {
        requireOpen();
        requireAverages();
        return TrainerState.averages(training, programs);
    }

    /**
     * Takes over weights and statistics, nothing else: slots, step and data position stay; running
     * means of the weights begin again from them.
     *
     * @throws UnknownNameException if names are not those of the model
     * @throws ShapeException if a shape is not the model's
     * @throws NumericException if an element is not a number
     */
    public void load(Weights weights) {
        requireOpen();
        TrainerState.load(training, programs, weights);
    }

    /**
     * Takes over all that {@link #save} wrote, so that the rest of the run is what it would have
     * been. The seed is then the file's, the size of batches this training's. If the file does not
     * fit, nothing is changed.
     *
     * @return where file and training differ; the next run tells it, too
     * @throws FormatException if the file is no checkpoint of such a training: other weights were
     *     trained, or by another optimizer or precision
     * @throws UnknownNameException if names of weights are not those of the model
     * @throws ShapeException if a shape is not the model's
     * @throws NumericException if an element is not a number
     */
    public Event.Resumed load(Path checkpoint) {
        requireOpen();
        requireNoRun("load");
        var found = Resumption.read(checkpoint, training, programs, rates.change());
        found.takeOver(programs);
        position = found.position();
        rates.change(found.rates());
        resumed = List.of(found.told());
        return found.told();
    }

    /** Returns what was loaded since it was last asked. */
    List<Event.Resumed> resumed() {
        var told = resumed;
        resumed = List.of();
        return told;
    }

    /** Saves weights, slots, statistics, step, learning rate, data position and history. */
    public void save(Path checkpoint) {
        requireOpen();
        TrainerState.checkpoint(training, programs, position, rates.change()).write(checkpoint);
    }

    /**
     * Writes the trained model as a Core ML package that predicts, for one example at a time. It
     * computes in float16, the numbers of the Neural Engine; inputs and outputs keep their types.
     *
     * <p>Before, predictions in float16 are computed on the CPU, rounded as on the engine, and
     * compared with those in float32: on up to 32 examples that an option gives, else of the batch
     * this trainer was trained on last, else drawn, fractions from a normal distribution around 0
     * with a deviation of 1. Where an output differs by more than a hundredth of its largest value,
     * or is not finite, float32 is written instead, which runs on CPU and GPU alone; a line on the
     * standard error says so and names the operation.
     *
     * <p>Weights and statistics stand in the package as they are, so that an app can write others
     * in their place ({@link CoreMl#weights}).
     *
     * @param options running means in place of weights, float32, examples to compare on; of two of
     *     one kind the later holds
     * @return what was written, and how near it is to float32
     * @throws PropaneException if the package cannot be written, or examples do not fit
     */
    public Exported export(Path mlpackage, ExportOption... options) {
        requireOpen();
        boolean averaged = false;
        boolean whole = false;
        ExampleInputs examples = seen();
        for (ExportOption option : options) {
            switch (option) {
                case Option.Averaged _ -> averaged = true;
                case ExportOption.Float32 _ -> whole = true;
                case ExportOption.CompareOn given ->
                        examples = ExampleInputs.given(training.model().inputs(), given.inputs());
            }
        }
        var model =
                new PredictorPackage(training, averaged ? weights(Option.averaged()) : weights());
        if (whole) {
            return model.write(mlpackage);
        }
        var expected =
                averaged
                        ? predict(examples.values(), Option.averaged())
                        : predict(examples.values());
        return model.write(mlpackage, examples, expected);
    }

    /** Returns examples of the batch that this trainer was trained on last, or drawn ones. */
    private ExampleInputs seen() {
        var inputs = training.model().inputs();
        var batch = new LinkedHashMap<String, NDArray>();
        for (Compilation.Compiled last : trainedLast) {
            for (Input input : inputs) {
                last.frame().ports().stream()
                        .filter(port -> port.role() == Role.BATCH)
                        .filter(port -> port.name().equals(input.name()))
                        .forEach(port -> batch.put(input.name(), last.frame().read(port)));
            }
        }
        return batch.size() == inputs.size()
                ? ExampleInputs.trainedOn(batch)
                : ExampleInputs.drawn(inputs, programs.tokens());
    }

    /**
     * Writes the training itself as a Core ML package for apps, with the functions initialize,
     * train, gradients, update, evaluate and predict, the last two also for one example alone
     * (evaluate_one, predict_one), over the ports it describes, from the state at hand on; and
     * accumulate, which adds gradients up, where several batches make one update. Metrics other
     * than means by example are left out: an app has nothing that makes them of sums. Beside it
     * lies a Swift file that trains it with Core ML alone: of {@code DigitsTraining.mlpackage} it
     * is {@code DigitsTrainer.swift}. Learning rates follow their schedules there, too, and what
     * {@link #learningRate} set in their place.
     *
     * @throws PropaneException if a schedule is a user's own, of which an app knows no formula, or
     *     if the package or the file cannot be written
     */
    public void exportTraining(Path mlpackage) {
        writeTraining(mlpackage, ExportedSchedules.UNTOLD);
    }

    /**
     * Writes the training as {@link #exportTraining(Path)} does, with the values of schedules of
     * the user's own for some updates from now on; the last value then stays.
     *
     * @param updates the number of updates, from 1 to a million
     */
    public void exportTraining(Path mlpackage, int updates) {
        writeTraining(mlpackage, ExportedSchedules.told(updates));
    }

    private void writeTraining(Path mlpackage, long updates) {
        requireOpen();
        new TrainingPackage(training, programs, rates).write(mlpackage, updates);
    }

    /**
     * Returns what of a step's gradients may run on the Neural Engine and what may not, and why, in
     * the form that {@link #exportTraining} writes; on any machine. {@code placement().text()} is a
     * table of it.
     */
    public PlacementReport placement() {
        requireOpen();
        return new TrainingPackage(training, programs, rates).placement();
    }

    /**
     * Returns what a step would take on each generation of devices with a Neural Engine, in the
     * form that {@link #exportTraining} writes: time, memory, and the most examples that fit; an
     * estimate from figures that others published and the doctor measured. {@code
     * estimate().text()} is a table of it.
     *
     * @throws FormatException if the doctor's file of measured figures is broken
     */
    public EstimateReport estimate() {
        requireOpen();
        return new TrainingPackage(training, programs, rates).estimate();
    }

    /** Returns where and how a training step runs. */
    public DeviceReport report() {
        requireOpen();
        return programs.compiled(Compilation.Purpose.TRAIN, training.batch()).program().report();
    }

    /** Returns what is trained and how. */
    public Training training() {
        return training;
    }

    Compilation programs() {
        return programs;
    }

    LearningRates rates() {
        return rates;
    }

    Position position() {
        return position;
    }

    void position(Position to) {
        position = to;
    }

    private void requireOpen() {
        if (closed) {
            throw new PropaneException(
                    "trainer: it is closed\n"
                        + "    to mend it: use it within try (var trainer = training.compile()) { …"
                        + " }");
        }
    }

    /** Frees its memory. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            programs.close();
        }
    }
}
