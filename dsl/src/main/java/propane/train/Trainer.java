package propane.train;

import propane.checkpoint.Weights;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.PlacementReport;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.spi.DeviceReport;
import propane.spi.Preconditions;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Source;
import propane.tensor.UnknownNameException;
import propane.train.export.ExportedSchedules;
import propane.train.export.Exports;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.Exported;
import propane.train.result.History;
import propane.train.result.LearningRateTrials;
import propane.train.result.Results;
import propane.train.result.TrainingMemory;
import propane.train.run.Answers;
import propane.train.run.Compilation;
import propane.train.run.Fit;
import propane.train.run.LearningRateSearch;
import propane.train.run.LearningRates;
import propane.train.run.Prediction;
import propane.train.run.RunState;
import propane.train.run.Session;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A compiled training and the weights it holds on the device. {@link #close} frees its memory,
 * after which every method that reads or changes its state throws a {@link PropaneException} that
 * says which thread closed it. One that is forgotten is closed when it is collected, with a warning
 * on the standard error.
 *
 * <p>It is used by one thread at a time: a call from a second thread meanwhile throws a {@link
 * PropaneException} that names the first and the call it is in. {@link #requestStop} and {@link
 * #close} may be called by any thread at any time, {@link #predictor} makes what several threads
 * may share.
 */
public final class Trainer implements Predicting {
    private final Training training;
    private final Session session;
    private final Cleaner.Cleanable cleanable;

    Trainer(Training training, Engine engine) {
        this.training = training;
        this.session = Session.of(training.spec(), engine);
        this.cleanable =
                new Forgotten("a trainer compiled", Source.here(), session.use(), session::close)
                        .watch(this);
    }

    /** Returns what a call returns that has the memory for itself meanwhile. */
    private <T> T alone(String call, Supplier<T> body) {
        int seat = session.use().enter(call);
        try {
            return body.get();
        } finally {
            leave(seat);
        }
    }

    private void run(String call, Runnable body) {
        int seat = session.use().enter(call);
        try {
            body.run();
        } finally {
            leave(seat);
        }
    }

    private void leave(int seat) {
        session.use().leave(seat);
        // Before, the trainer must not count as forgotten.
        Reference.reachabilityFence(this);
    }

    /**
     * Trains on examples, each epoch in another order unless told otherwise. One run goes on over
     * several calls: after a call that came to its end the next trains as many epochs as it says in
     * addition; after one that was stopped, or after {@link #load(Path)}, it trains what the run
     * lacks of them. Numbers of epochs, order, noise, schedules and what options have seen go on.
     *
     * @param data the examples; inputs and targets must be named as the training names them, where
     *     there is one of each any name will do
     * @param options how long, and what happens beside it
     * @return what was measured in all epochs of the run
     * @throws PropaneException if the data do not fit, an option names what is not there, or a file
     *     could not be written: before the first step
     * @throws NumericException if a result of a step is not finite; the state is then that before
     *     the step
     */
    public History fit(Dataset data, Option... options) {
        Preconditions.given("fit: data", data);
        Preconditions.given("fit: options", options);
        return alone("fit", () -> Fit.over(data, session, options));
    }

    /**
     * Ends the {@link #fit} that runs after the step at hand, from any thread: what was to be saved
     * is saved, fit returns the history so far, and the next fit goes on from there, as one from
     * the checkpoint would. Where no fit runs nothing happens, now or later.
     */
    public void requestStop() {
        session.requestStop();
    }

    /** Returns the mean loss and the metrics over all examples of a dataset. */
    public Results evaluate(Dataset data) {
        Preconditions.given("evaluate: data", data);
        return alone("evaluate", () -> session.evaluate(data, false, this::requireOpen));
    }

    /** Returns loss and metrics by the running means of the weights. */
    public Results evaluate(Dataset data, Option.UseEma useEma) {
        Preconditions.given("evaluate: data", data);
        Preconditions.given("evaluate: useEma", useEma);
        return alone(
                "evaluate",
                () -> {
                    session.requireAverages();
                    return session.evaluate(data, true, this::requireOpen);
                });
    }

    private void requireOpen() {
        session.use().requireOpen("evaluate");
    }

    /**
     * Trains on one batch and returns its loss and metrics.
     *
     * @throws PropaneException if the batch does not fit, as for {@link #fit}
     * @throws NumericException if a result is not finite; the state is then that before the step
     */
    public Results step(Batch batch) {
        Preconditions.given("step: batch", batch);
        int seat = session.use().enter("step");
        try {
            return session.step(batch);
        } finally {
            leave(seat);
        }
    }

    /** Returns the number of batches trained on so far. */
    public long steps() {
        return alone("steps", session::steps);
    }

    /**
     * Sets the learning rate of all optimizers from now on, in place of their schedules. A
     * checkpoint keeps it.
     */
    public void learningRate(double value) {
        // As the program reads it: beyond float32 it is infinite.
        Preconditions.notNegative("learningRate: the value", (float) value);
        run("learningRate", () -> session.learningRate(value));
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
        Preconditions.given("findLearningRate: data", data);
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
        Preconditions.given("findLearningRate: data", data);
        return alone(
                "findLearningRate",
                () -> LearningRateSearch.over(data, session, smallest, largest, trials));
    }

    /**
     * Returns the output for a batch of inputs; any number of them.
     *
     * @param x [n, …] with the shape of the model's only input
     */
    @Override
    public NDArray predict(NDArray x) {
        Preconditions.given("predict: x", x);
        return Prediction.only(predict(Prediction.named(session.model(), x)));
    }

    /** Returns the output for a batch of inputs by the running means of the weights. */
    public NDArray predict(NDArray x, Option.UseEma useEma) {
        Preconditions.given("predict: x", x);
        Preconditions.given("predict: useEma", useEma);
        return Prediction.only(predict(Prediction.named(session.model(), x), useEma));
    }

    /** Returns the outputs by name for a batch of inputs by name. */
    @Override
    public Map<String, NDArray> predict(Map<String, NDArray> inputs) {
        Preconditions.given("predict: inputs", inputs);
        return alone("predict", () -> session.predict(inputs, false));
    }

    @Override
    public NDArray predict(Dataset data) {
        Preconditions.given("predict: data", data);
        return Prediction.only(alone("predict", () -> session.predict(data)));
    }

    /** Returns the outputs by name, by the running means of the weights. */
    public Map<String, NDArray> predict(Map<String, NDArray> inputs, Option.UseEma useEma) {
        Preconditions.given("predict: inputs", inputs);
        Preconditions.given("predict: useEma", useEma);
        return alone("predict", () -> session.predict(inputs, true));
    }

    /**
     * Returns what predicts by a copy of the weights of now and may be shared by threads, also
     * while this trainer goes on and after it is closed. It must be closed itself.
     */
    public Predictor predictor() {
        return alone("predictor", () -> Predictor.of(session, false));
    }

    /** Returns what predicts by a copy of the running means of the weights. */
    public Predictor predictor(Option.UseEma useEma) {
        Preconditions.given("predictor: useEma", useEma);
        return alone("predictor", () -> Predictor.of(session, true));
    }

    /** Returns copies of weights and statistics. */
    public Weights weights() {
        return alone("weights", () -> session.weights(false));
    }

    /** Returns copies of the running means of weights, and of all that has none. */
    public Weights weights(Option.UseEma useEma) {
        Preconditions.given("weights: useEma", useEma);
        return alone("weights", () -> session.weights(true));
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
        Preconditions.given("load: weights", weights);
        run("load", () -> session.load(weights));
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
        Preconditions.given("load: checkpoint", checkpoint);
        return alone("load", () -> session.load(checkpoint));
    }

    /**
     * Saves weights, slots, statistics, step, learning rate, data position, history and what
     * options have seen: the same bytes that {@link Option#checkpoint(Path)} writes at the same
     * moment.
     */
    public void save(Path checkpoint) {
        Preconditions.given("save: checkpoint", checkpoint);
        run("save", () -> session.save(checkpoint));
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
     * in their place: the package's user metadata tell under {@code propane.weights} where each
     * stands in {@code weights/weight.bin}.
     *
     * <p>This is so for names that end in {@code .mlpackage}; other endings are those of other
     * {@linkplain propane.spi.Exporter exporters}.
     *
     * @param mlpackage the package, or another file by its ending
     * @param options running means in place of weights, float32, examples to compare on; of two of
     *     one kind the later holds
     * @return what was written, and how near it is to float32
     * @throws UnknownNameException if there is no exporter for the ending; says which there are
     * @throws PropaneException if the package cannot be written, or examples do not fit
     */
    public Exported export(Path mlpackage, ExportOption... options) {
        Preconditions.given("export: mlpackage", mlpackage);
        Preconditions.given("export: options", options);
        return alone("export", () -> new Exports(session).model(mlpackage, options));
    }

    /**
     * Writes the training itself as a Core ML package for apps, with the functions initialize,
     * train, gradients, update, evaluate and predict, the last two also for one example alone
     * (evaluate_one, predict_one), over the ports it describes, from the state at hand on; and
     * accumulate, which adds gradients up, where several batches make one update. Metrics other
     * than means by example are left out: an app has nothing that makes them of sums. Beside it
     * lies a Swift file that trains it with Core ML alone: of {@code DigitsTraining.mlpackage} it
     * is {@code DigitsTrainer.swift}. Learning rates follow their schedules there, too, and what
     * {@link #learningRate} set in their place. This is so for names that end in {@code
     * .mlpackage}; other endings are those of other {@linkplain propane.spi.Exporter exporters}.
     *
     * @throws UnknownNameException if there is no exporter for the ending; says which there are
     * @throws PropaneException if a schedule is a user's own, of which an app knows no formula, or
     *     if the package or the file cannot be written
     */
    public void exportTraining(Path mlpackage) {
        Preconditions.given("exportTraining: mlpackage", mlpackage);
        writeTraining(mlpackage, ExportedSchedules.UNTOLD);
    }

    /**
     * Writes the training as {@link #exportTraining(Path)} does, with the values of schedules of
     * the user's own for some updates from now on; the last value then stays.
     *
     * @param updates the number of updates, from 1 to a million
     */
    public void exportTraining(Path mlpackage, int updates) {
        Preconditions.given("exportTraining: mlpackage", mlpackage);
        writeTraining(mlpackage, ExportedSchedules.told(updates));
    }

    private void writeTraining(Path mlpackage, long updates) {
        run("exportTraining", () -> new Exports(session).training(mlpackage, updates));
    }

    /**
     * Returns what of a step's gradients may run on the Neural Engine and what may not, and why, in
     * the form that {@link #exportTraining} writes; on any machine. {@code placement().text()} is a
     * table of it.
     */
    public PlacementReport placement() {
        return alone(
                "placement",
                () -> new Exports(session).training(ExportedSchedules.UNTOLD).placement());
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
        return alone(
                "estimate",
                () -> new Exports(session).training(ExportedSchedules.UNTOLD).estimate());
    }

    /** Returns where and how a training step runs. */
    public DeviceReport report() {
        return alone("report", session::report);
    }

    /** Returns how much memory it takes, by its parts; {@code memory().text()} is a table of it. */
    public TrainingMemory memory() {
        return alone("memory", session::memory);
    }

    /** Returns the model, even of a trainer that is closed. */
    @Override
    public Model model() {
        return training.model();
    }

    @Override
    public Loss.TargetKind targetKind() {
        return Answers.kind(session.training().losses());
    }

    /** Returns what is trained and how, even of a trainer that is closed. */
    public Training training() {
        return training;
    }

    Compilation programs() {
        return session.programs();
    }

    LearningRates rates() {
        return session.rates();
    }

    RunState runState() {
        return session.run();
    }

    /**
     * Frees its memory; a second call does nothing. A call of another thread that runs is waited
     * for: {@link #fit} ends after its step as {@link #requestStop} has it, {@link #evaluate} and
     * {@link #predict} after their batch with an error. Closed by a callback, fit ends after the
     * step at hand too, and the memory is freed when it returns.
     */
    @Override
    public void close() {
        session.close();
        cleanable.clean();
    }

    /** Returns what it trains, and whether it is closed; may be called at any time. */
    @Override
    public String toString() {
        return (session.use().isClosing() ? "a closed trainer: " : "a trainer: ") + training;
    }
}
