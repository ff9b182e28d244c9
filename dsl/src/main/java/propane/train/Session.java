package propane.train;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.DeviceReport;
import propane.engine.Engine;
import propane.engine.MemoryException;
import propane.ffm.MachineMemory;
import propane.ffm.Occupancy;
import propane.ffm.Refusal;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Randomness;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Role;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A compiled training and where it stands: what a {@link Trainer} does once it is settled that the
 * calling thread may. It knows nothing of the trainer, and so outlives one that is forgotten.
 */
final class Session {
    private static final Refusal REFUSAL =
            new Refusal(
                    "trainer: it",
                    "use a trainer from one thread at a time; trainer.predictor() is for several,"
                            + " requestStop() and close() for any",
                    "use it within try (var trainer = training.compile()) { … }",
                    PropaneException::new);

    private final Training training;
    private final Compilation programs;
    private final LearningRates rates;
    private final MemorySegment stepPort;
    private final MemorySegment updatesPort;
    private final MemorySegment gatheredPort;
    private final ScaleWatch scale;
    private final Occupancy use = Occupancy.ofOne(REFUSAL);
    private boolean scaleChanged;
    private List<Compilation.Compiled> trainedLast = List.of();
    private Position position = Position.start();
    private List<Event.Resumed> resumed = List.of();
    private volatile boolean isFitting;
    private volatile boolean isStopRequested;

    private Session(Training training, Compilation programs) {
        this.training = training;
        this.programs = programs;
        this.rates = new LearningRates(programs);
        this.stepPort = programs.state().segment(Randomness.STEP.name());
        this.updatesPort = programs.state().segment(Randomness.UPDATES.name());
        this.gatheredPort =
                training.accumulate() == 1
                        ? MemorySegment.NULL
                        : programs.state().segment(Window.BATCHES.name());
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
    static Session of(Training training, Engine engine) {
        try {
            return compiled(training, engine);
        } catch (MemoryException e) {
            throw new MemoryException(e.getMessage() + fitting(training, engine), e);
        } catch (OutOfMemoryError e) {
            throw MemoryException.ofHeap("trainer: what is compiled", e);
        }
    }

    /** Returns which batch would fit, if it is the batch that does not. */
    private static String fitting(Training training, Engine engine) {
        int largest =
                TrainingMemory.largestBatch(
                        training, engine, MachineMemory.here().available(), 0.01);
        return "\n    the largest batch that fits has "
                + (largest == 0
                        ? "no example: weights and slots alone are too large"
                        : "about " + largest + " examples")
                + "; this training's has "
                + training.batch();
    }

    private static Session compiled(Training training, Engine engine) {
        var programs = new Compilation(training, engine);
        try {
            return new Session(training, programs);
        } catch (RuntimeException | Error e) {
            programs.close();
            throw e;
        }
    }

    Training training() {
        return training;
    }

    Model model() {
        return training.model();
    }

    Compilation programs() {
        return programs;
    }

    LearningRates rates() {
        return rates;
    }

    /** Returns who uses it. */
    Occupancy use() {
        return use;
    }

    Position position() {
        return position;
    }

    void position(Position to) {
        position = to;
    }

    History fit(Dataset data, Option... options) {
        requireNoRun("fit");
        if (position.finished()) {
            position = Position.start();
        }
        isStopRequested = false;
        isFitting = true;
        try {
            return new Fit(this, data, new Options(options)).run();
        } finally {
            isFitting = false;
        }
    }

    /** A run's place in its data and the batch that waits for its step are its own. */
    private void requireNoRun(String what) {
        if (isFitting) {
            throw new PropaneException(
                    what
                            + ": a run of this trainer is under way, whose listener asks for it\n"
                            + "    to mend it: end the run, Listener.Signal.STOP, and do it then;"
                            + " weights may be loaded meanwhile, load(Weights)");
        }
    }

    /** Ends the fit that runs, if one does, after its step. */
    void requestStop() {
        if (isFitting) {
            isStopRequested = true;
        }
    }

    /** Returns whether the fit that runs is to end, by request or since all is being closed. */
    boolean endsEarly() {
        return isStopRequested || use.isClosing();
    }

    /** Throws unless running means of the weights are kept. */
    void requireAverages() {
        if (training.average() == 0) {
            throw new PropaneException(
                    "averaged: the training keeps no running means of its weights\n    to mend it:"
                            + " add .average(0.999)");
        }
    }

    /** Returns what brings data of any size. */
    Feed feed(Dataset data) {
        return new Feed(data, programs.rules(), training.batch());
    }

    /**
     * Evaluates a batch after the other.
     *
     * @param between runs before each, and may throw
     */
    Results evaluate(Dataset data, boolean averaged, Runnable between) {
        var purpose =
                averaged ? Compilation.Purpose.EVALUATE_AVERAGED : Compilation.Purpose.EVALUATE;
        var feed = feed(data);
        var means = new Means();
        for (int batch = 0; batch < feed.count(); batch++) {
            between.run();
            var compiled = programs.compiled(purpose, feed.size(batch));
            feed.fill(compiled, 0, batch);
            compiled.program().run("evaluate");
            means.add(compiled.results("evaluate"), feed.size(batch));
        }
        return means.results();
    }

    Results step(Batch batch) {
        requireNoRun("step");
        var feed = Feed.of(batch, programs.rules());
        TrainingProgram program = programs.training(batch.size());
        feed.fill(program.compiled(), 0, 0);
        return Means.of(runStep(program, false, () -> {}));
    }

    /**
     * Runs one step over a batch that stands in the frame, and returns its results.
     *
     * @param isLast whether no batch follows for now: the update is made of what there is
     * @param meanwhile what may be done beside the update, or left out
     */
    Means.ResultPorts runStep(TrainingProgram program, boolean isLast, Runnable meanwhile) {
        requireStep();
        rates.set(updates());
        boolean updates = isLast || gathered() + 1 >= training.accumulate();
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
    long steps() {
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

    LearningRateTrials findLearningRate(Dataset data, double smallest, double largest, int trials) {
        requireNoRun("findLearningRate");
        try {
            return new LearningRateSearch(this, data).run(smallest, largest, trials);
        } finally {
            scaleChanged = false;
        }
    }

    Map<String, NDArray> predict(Map<String, NDArray> inputs, boolean averaged) {
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
                        })
                .of(inputs);
    }

    Weights weights(boolean averaged) {
        if (averaged) {
            requireAverages();
            return TrainerState.averages(training, programs);
        }
        return TrainerState.weights(training, programs);
    }

    void load(Weights weights) {
        TrainerState.load(training, programs, weights);
    }

    Event.Resumed load(Path checkpoint) {
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

    void save(Path checkpoint) {
        TrainerState.requireFinite("save", programs.state());
        TrainerState.checkpoint(training, programs, position, rates.change()).write(checkpoint);
    }

    Exported export(Path mlpackage, ExportOption... options) {
        TrainerState.requireFinite("export", programs.state());
        boolean averaged = false;
        boolean whole = false;
        ExampleInputs examples = seen();
        for (ExportOption option : options) {
            switch (option) {
                case Option.Averaged _ -> averaged = true;
                case ExportOption.Float32 _ -> whole = true;
                case ExportOption.CompareOn given ->
                        examples = ExampleInputs.given(model().inputs(), given.inputs());
            }
        }
        var model = new PredictorPackage(training, weights(averaged));
        return whole
                ? model.write(mlpackage)
                : model.write(mlpackage, examples, predict(examples.values(), averaged));
    }

    /** Returns examples of the batch that was trained on last, or drawn ones. */
    private ExampleInputs seen() {
        var inputs = model().inputs();
        var batch = new LinkedHashMap<String, NDArray>();
        for (Compilation.Compiled last : trainedLast) {
            if (!programs.keeps(last)) {
                continue;
            }
            for (Input input : inputs) {
                last.frame().ports().stream()
                        .filter(port -> port.role() == Role.BATCH)
                        .filter(port -> port.name().equals(input.name()))
                        .forEach(port -> batch.put(input.name(), last.frame().read(port)));
            }
        }
        return batch.size() == inputs.size()
                ? ExampleInputs.trainedOn(batch)
                : ExampleInputs.drawn(inputs, programs.rules().tokens());
    }

    /** Returns the training as a package. */
    TrainingPackage trainingPackage() {
        return new TrainingPackage(training, programs, rates);
    }

    TrainingMemory memory() {
        Engine engine = programs.engine();
        var of = programs.compiled(Compilation.Purpose.TRAIN, training.batch()).source();
        return TrainingMemory.of(training, programs.step(), engine, of);
    }

    DeviceReport report() {
        return programs.compiled(Compilation.Purpose.TRAIN, training.batch()).program().report();
    }

    /** Frees all memory, after the call at hand. */
    void close() {
        use.close(programs::close);
    }
}
