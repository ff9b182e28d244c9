package propane.train;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.ffm.Occupancy;
import propane.ffm.Refusal;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.spi.Preconditions;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Source;
import propane.tensor.UnknownNameException;
import propane.train.run.Answers;
import propane.train.run.Prediction;
import propane.train.run.PredictorPrograms;
import propane.train.run.Session;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/**
 * A model with weights of its own that predicts, without loss or optimizer, and may be shared by
 * threads. As many predictions run at once as there are processors, each in memory of its own, over
 * one copy of the weights; further callers wait for their turn. It predicts what the trainer does,
 * to the last bit, as long as both take batches of one size.
 *
 * {@snippet :
 * var model = model(input(2), sequential(dense(8), relu(), dense(2)));
 * var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-2));
 * Predictor predictor;
 * try (var trainer = training.compile()) {
 *     trainer.fit(Dataset.of(new float[][] {{0, 1}, {1, 0}}, new int[] {0, 1}), epochs(20));
 *     predictor = trainer.predictor();
 * }
 * try (predictor) {
 *     var x = NDArray.of(new float[][] {{0, 1}});
 *     var answers = List.of(x, x, x, x).parallelStream().map(predictor::predict);
 *     System.out.println(answers.distinct().toList());
 * }
 * }
 *
 * <p>{@link #close} waits for the predictions that run; later ones throw a {@link
 * PropaneException}. One that is forgotten is closed when it is collected, with a warning on the
 * standard error.
 */
public final class Predictor implements Predicting {
    private static final int BATCH = 32;
    private static final Refusal REFUSAL =
            new Refusal(
                    "predictor: it",
                    "let a layer not predict by the predictor that is made of it",
                    "use it within try (var predictor = trainer.predictor()) { … }",
                    PropaneException::new);

    private final PredictorPrograms programs;
    private final Loss.TargetKind targetKind;
    private final Semaphore turns;
    private final Occupancy use;
    private final Cleaner.Cleanable cleanable;

    private Predictor(PredictorPrograms programs, Loss.TargetKind targetKind) {
        this.targetKind = targetKind;
        int seats = programs.seats();
        this.programs = programs;
        this.turns = new Semaphore(seats);
        this.use = Occupancy.ofSeveral(REFUSAL, seats);
        // Neither may know this, or it would never be collected.
        Occupancy by = use;
        this.cleanable =
                new Forgotten(
                                "a predictor made",
                                Source.here(),
                                by,
                                () -> by.close(programs::close))
                        .watch(this);
    }

    /**
     * Returns what predicts by a model on the best device of this machine, in batches of 32.
     *
     * @param weights the weights and statistics of the model, which are copied
     * @throws UnknownNameException if names of weights are not those of the model
     * @throws ShapeException if a shape is not the model's
     */
    public static Predictor of(Model model, Weights weights) {
        Preconditions.given("of: model", model);
        Preconditions.given("of: weights", weights);
        return of(model, weights, Engine.best());
    }

    /** Returns what predicts by a model as {@link #of(Model, Weights)}, on an engine. */
    public static Predictor of(Model model, Weights weights, Engine engine) {
        Preconditions.given("of: model", model);
        Preconditions.given("of: weights", weights);
        Preconditions.given("of: engine", engine);
        return new Predictor(
                PredictorPrograms.of(model, weights, engine, BATCH), Loss.TargetKind.OTHER);
    }

    static Predictor of(Session session, boolean averaged) {
        return new Predictor(
                PredictorPrograms.of(
                        session.model(),
                        session.weights(averaged),
                        session.programs().engine(),
                        session.training().batch()),
                Answers.kind(session.training().losses()));
    }

    /**
     * Returns the output for a batch of inputs; any number of them.
     *
     * @param x [n, …] with the shape of the model's only input
     * @throws ShapeException if it has another one
     * @throws DataException if a token number has no vector
     */
    @Override
    public NDArray predict(NDArray x) {
        Preconditions.given("predict: x", x);
        return Prediction.only(predict(Prediction.named(programs.model(), x)));
    }

    /** Returns the outputs by name for a batch of inputs by name. */
    @Override
    public Map<String, NDArray> predict(Map<String, NDArray> inputs) {
        Preconditions.given("predict: inputs", inputs);
        return seated(seat -> programs.predict(seat, inputs));
    }

    @Override
    public NDArray predict(Dataset data) {
        Preconditions.given("predict: data", data);
        return Prediction.only(seated(seat -> programs.predict(seat, data)));
    }

    private Map<String, NDArray> seated(IntFunction<Map<String, NDArray>> prediction) {
        // Who has a turn already would wait for itself.
        boolean hasTurn = use.isMine();
        if (!hasTurn) {
            turns.acquireUninterruptibly();
        }
        try {
            int seat = use.enter("predict");
            try {
                return prediction.apply(seat);
            } finally {
                use.leave(seat);
            }
        } finally {
            if (!hasTurn) {
                turns.release();
            }
            Reference.reachabilityFence(this);
        }
    }

    /** Returns the model, even of a predictor that is closed. */
    @Override
    public Model model() {
        return programs.model();
    }

    @Override
    public Loss.TargetKind targetKind() {
        return targetKind;
    }

    /** Frees its memory after the predictions that run; a second call does nothing. */
    @Override
    public void close() {
        use.close(programs::close);
        cleanable.clean();
    }

    /** Returns what predicts, and whether it is closed; may be called at any time. */
    @Override
    public String toString() {
        return (use.isClosing() ? "a closed predictor: " : "a predictor: ") + model();
    }
}
