package propane.train.run;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.engine.MemoryException;
import propane.ffm.MachineMemory;
import propane.ffm.Occupancy;
import propane.ffm.Refusal;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.rule.Randomness;
import propane.spi.DeviceReport;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.train.port.WindowSlots;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.LearningRateTrials;
import propane.train.result.Results;
import propane.train.result.TrainingMemory;
import propane.train.trace.TrainingSpec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A compiled training and where it stands: what a {@link propane.train.Trainer} does once it is
 * settled that the calling thread may. It knows nothing of the trainer, and so outlives one that is
 * forgotten.
 */
public final class Session {
    private static final Refusal REFUSAL =
            new Refusal(
                    "trainer: it",
                    "use a trainer from one thread at a time; trainer.predictor() is for several,"
                            + " requestStop() and close() for any",
                    "use it within try (var trainer = training.compile()) { … }",
                    PropaneException::new);

    private final TrainingSpec training;
    private final Compilation programs;
    private final LearningRates rates;
    private final MemorySegment stepPort;
    private final MemorySegment updatesPort;
    private final MemorySegment gatheredPort;
    private final ScaleWatch scale;
    private final Occupancy use = Occupancy.ofOne(REFUSAL);
    private boolean scaleChanged;
    private List<Compilation.Compiled> trainedLast = List.of();
    private RunState run = RunState.start();
    private List<Event.Resumed> resumed = List.of();
    private volatile boolean isFitting;
    private volatile boolean isStopRequested;

    private Session(TrainingSpec training, Compilation programs) {
        this.training = training;
        this.programs = programs;
        this.rates = new LearningRates(programs);
        this.stepPort = programs.state().segment(Randomness.STEP.name());
        this.updatesPort = programs.state().segment(Randomness.UPDATES.name());
        this.gatheredPort =
                training.accumulate() == 1
                        ? MemorySegment.NULL
                        : programs.state().segment(WindowSlots.BATCHES.name());
        this.scale = new ScaleWatch(programs.state());
        TrainerState.initialize(training, programs);
        // What an engine does not take is an error here rather than at the first step.
        programs.training(training.batch());
        var unreached = programs.step().unreached();
        if (!unreached.isEmpty()) {
            System.err.println(
                    "warning: no loss depends on "
                            + String.join(", ", unreached)
                            + "; "
                            + (unreached.size() == 1
                                    ? "it keeps its value"
                                    : "they keep their values")
                            + ", whatever the weight decay; freeze(…) says that this is meant");
        }
    }

    /** Compiles a training; what was taken meanwhile is given back if that fails. */
    public static Session of(TrainingSpec training, Engine engine) {
        try {
            return compiled(training, engine);
        } catch (MemoryException e) {
            throw e.advised(fitting(training, engine));
        } catch (OutOfMemoryError e) {
            throw MemoryException.ofHeap("trainer: what is compiled", e);
        }
    }

    /** Returns which batch would fit, if it is the batch that does not. */
    private static String fitting(TrainingSpec training, Engine engine) {
        int largest =
                PlannedMemory.largestBatch(
                        training, engine, MachineMemory.here().available(), 0.01);
        return "\n    the largest batch that fits has "
                + (largest == 0
                        ? "no example: weights and slots alone are too large"
                        : "about " + largest + " examples")
                + "; this training's has "
                + training.batch();
    }

    private static Session compiled(TrainingSpec training, Engine engine) {
        var programs = new Compilation(training, engine);
        try {
            return new Session(training, programs);
        } catch (RuntimeException | Error e) {
            programs.close();
            throw e;
        }
    }

    /** Returns what is trained and how. */
    public TrainingSpec training() {
        return training;
    }

    /** Returns the model. */
    public Model model() {
        return training.model();
    }

    /** Returns the programs over its state. */
    public Compilation programs() {
        return programs;
    }

    /** Returns its learning rates. */
    public LearningRates rates() {
        return rates;
    }

    /** Sets the rate of all optimizers in place of their schedules. */
    public void learningRate(double value) {
        rates.change(rates.change().instead(value));
    }

    /** Returns who uses it. */
    public Occupancy use() {
        return use;
    }

    /** Returns where the run stands and what it has learnt of itself. */
    public RunState run() {
        return run;
    }

    /** Takes over where the run stands. */
    public void run(RunState to) {
        run = to;
    }

    /** Runs a fit, which can be asked to end meanwhile, and stands in the way of other calls. */
    History fitting(Supplier<History> fit) {
        requireNoRun("fit");
        isStopRequested = false;
        isFitting = true;
        try {
            return fit.get();
        } finally {
            isFitting = false;
        }
    }

    /** A run's place in its data and the batch that waits for its step are its own. */
    private void requireNoRun(String what) {
        if (isFitting) {
            throw new PropaneException(
                    Problem.ofRule(
                                    what
                                            + ": a run of this trainer is under way, whose callback"
                                            + " asks for it")
                            .fix(
                                    "end the run, TrainerCallback.Signal.STOP, and do it then;"
                                            + " weights may be loaded meanwhile, load(Weights)"));
        }
    }

    /** Ends the fit that runs, if one does, after its step. */
    public void requestStop() {
        if (isFitting) {
            isStopRequested = true;
        }
    }

    /** Returns whether the fit that runs is to end, by request or since all is being closed. */
    boolean endsEarly() {
        return isStopRequested || use.isClosing();
    }

    /** Throws unless running means of the weights are kept. */
    public void requireAverages() {
        if (training.average() == 0) {
            throw new PropaneException(
                    Problem.ofRule("useEma: the training keeps no running means of its weights")
                            .fix("add .ema(0.999)"));
        }
    }

    /** Returns what brings data of any size, in their own order. */
    BatchLoader feed(Dataset data) {
        return new BatchLoader(data, programs.rules(), training.batch());
    }

    /**
     * Returns what brings data to train on: shuffled by the seed of the run unless they have an
     * order of their own.
     *
     * @param inOrder whether they stay in the order of the data
     * @param dropLast whether a smaller last batch is left out
     */
    BatchLoader trainingFeed(Dataset data, boolean inOrder, boolean dropLast) {
        Dataset ordered =
                inOrder || data.isShuffled()
                        ? data
                        : data.shuffle(TrainerState.seed(programs.state()));
        return feed(ordered).training(ordered.order(), dropLast);
    }

    /**
     * Evaluates a batch after the other.
     *
     * @param between runs before each, and may throw
     */
    public Results evaluate(Dataset data, boolean averaged, Runnable between) {
        var purpose =
                averaged ? Compilation.Purpose.EVALUATE_AVERAGED : Compilation.Purpose.EVALUATE;
        var feed = feed(data);
        var means = new MetricAccumulators();
        int size;
        for (int from = 0; (size = feed.size(from)) > 0; from += size) {
            between.run();
            var compiled = programs.compiled(purpose, size);
            feed.fill(compiled, 0, from);
            compiled.program().run(compiled.only().name());
            means.add(compiled.results(List.of(compiled.only())), size);
        }
        return means.results();
    }

    /** Trains on one batch and returns its results. */
    public Results step(Batch batch) {
        requireNoRun("step");
        var feed = BatchLoader.of(batch, programs.rules());
        TrainingProgram program = programs.training(batch.size());
        feed.fill(program.compiled(), 0, 0);
        return MetricAccumulators.of(runStep(program, false, () -> {}));
    }

    /**
     * Runs one step over a batch that stands in the bindings, and returns its results.
     *
     * @param isLast whether no batch follows for now: the update is made of what there is
     * @param meanwhile what may be done beside the update, or left out
     */
    MetricAccumulators.ResultPorts runStep(
            TrainingProgram program, boolean isLast, Runnable meanwhile) {
        requireStep();
        rates.set(updates());
        boolean updates = isLast || gathered() + 1 >= training.accumulate();
        scale.begin();
        MetricAccumulators.ResultPorts results = program.run(updates, steps() + 1, meanwhile);
        scaleChanged = scale.changed(steps());
        trainedLast = List.of(program.compiled());
        return results;
    }

    /** The number of steps is an int32 in the program, too. */
    private void requireStep() {
        if (steps() == Integer.MAX_VALUE) {
            throw new PropaneException(
                    Problem.ofRule("step: a run has 2^31 - 1 steps at most")
                            .fix(
                                    "save the weights, weights().write(path), and begin another run"
                                            + " with them"));
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
        return updatesPort.get(ValueLayout.JAVA_INT, 0);
    }

    /** Returns how many batches the update at hand has so far. */
    int gathered() {
        return training.accumulate() == 1 ? 0 : (int) gatheredPort.get(ValueLayout.JAVA_FLOAT, 0);
    }

    /** Makes trial steps, after which all is as it was. */
    LearningRateTrials trying(Supplier<LearningRateTrials> trials) {
        requireNoRun("findLearningRate");
        try {
            return trials.get();
        } finally {
            scaleChanged = false;
        }
    }

    /** Returns the outputs by name for a batch of inputs by name. */
    public Map<String, NDArray> predict(Map<String, NDArray> inputs, boolean averaged) {
        return prediction(averaged).of(inputs);
    }

    /** Returns the outputs by name for all examples of a dataset. */
    public Map<String, NDArray> predict(Dataset data) {
        return prediction(false).of(data);
    }

    private Prediction prediction(boolean averaged) {
        if (averaged) {
            requireAverages();
        }
        var purpose = averaged ? Compilation.Purpose.PREDICT_AVERAGED : Compilation.Purpose.PREDICT;
        return new Prediction(
                model(),
                training.batch(),
                programs.rules().tokens(),
                count -> {
                    use.requireOpen("predict");
                    return programs.compiled(purpose, count);
                });
    }

    /** Returns copies of weights and statistics, or of the running means of weights. */
    public Weights weights(boolean averaged) {
        if (averaged) {
            requireAverages();
            return TrainerState.averages(training, programs);
        }
        return TrainerState.weights(training, programs);
    }

    /** Takes over weights and statistics alone. */
    public void load(Weights weights) {
        TrainerState.load(training, programs, weights);
    }

    /** Takes over all of a run that was saved. */
    public Event.Resumed load(Path checkpoint) {
        requireNoRun("load");
        var found = Resumption.read(checkpoint, training, programs, rates.change());
        found.takeOver(programs);
        run = found.run();
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

    /** Saves all of the run. */
    public void save(Path checkpoint) {
        requireFinite("save");
        TrainerState.checkpoint(training, programs, run, rates.change()).write(checkpoint);
    }

    /**
     * Requires that all of the state is finite before it is written anywhere.
     *
     * @param what what is to be done, for messages
     */
    public void requireFinite(String what) {
        TrainerState.requireFinite(what, programs.state());
    }

    /** Returns the inputs of the batch that was trained on last, as far as they are still there. */
    public Map<String, NDArray> lastInputs() {
        var batch = new LinkedHashMap<String, NDArray>();
        for (Compilation.Compiled last : trainedLast) {
            if (!programs.keeps(last)) {
                continue;
            }
            for (Input input : model().inputs()) {
                last.bindings().ports().stream()
                        .filter(port -> port.role() == Role.BATCH)
                        .filter(port -> port.name().equals(input.name()))
                        .forEach(port -> batch.put(input.name(), last.bindings().read(port)));
            }
        }
        return batch;
    }

    /** Returns how much memory it takes. */
    public TrainingMemory memory() {
        Engine engine = programs.engine();
        var of = programs.compiled(Compilation.Purpose.TRAIN, training.batch()).source();
        return PlannedMemory.of(training, programs.step(), engine, of);
    }

    /** Returns where and how a training step runs. */
    public DeviceReport report() {
        return programs.compiled(Compilation.Purpose.TRAIN, training.batch()).program().report();
    }

    /** Frees all memory, after the call at hand. */
    public void close() {
        use.close(programs::close);
    }
}
