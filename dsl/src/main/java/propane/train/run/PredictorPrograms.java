package propane.train.run;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.ffm.Resources;
import propane.nn.Model;
import propane.nn.Weight;
import propane.spi.Bindings;
import propane.spi.Program;
import propane.tensor.NDArray;
import propane.train.trace.DataRules;
import propane.train.trace.StepPrograms;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The programs that predict, over one copy of the weights; for each seat its own. */
public final class PredictorPrograms implements AutoCloseable {
    /** So many sizes of batches a seat keeps programs for; what was not used for longest goes. */
    private static final int SIZES = 8;

    private final Model model;
    private final Engine engine;
    private final int batch;
    private final Map<String, Integer> tokens;
    private final Bindings weights;
    private final RecentlyUsed<Integer, Program> traced =
            new RecentlyUsed<>(SIZES, _ -> false, (_, _) -> {});
    private final List<RecentlyUsed<Integer, Compilation.Compiled>> seats;

    private PredictorPrograms(Model model, Engine engine, int batch, Bindings weights) {
        this.model = model;
        this.engine = engine;
        this.batch = batch;
        this.tokens = DataRules.tokens(model);
        this.weights = weights;
        this.seats =
                IntStream.range(0, Runtime.getRuntime().availableProcessors())
                        .mapToObj(_ ->
                                new RecentlyUsed<Integer, Compilation.Compiled>(
                                        SIZES, _ -> false, (_, program) -> program.close()))
                        .toList();
    }

    /** Copies weights and compiles what predicts whole batches. */
    public static PredictorPrograms of(Model model, Weights weights, Engine engine, int batch) {
        TrainerState.requireFit(model, weights, "predictor");
        Bindings bindings =
                Bindings.allocate(model.variables().stream().map(Weight::port).toList());
        try {
            for (Weight weight : model.variables()) {
                bindings.write(weight.port(), weights.at(weight.path()));
            }
            var programs = new PredictorPrograms(model, engine, batch, bindings);
            // What an engine does not take is an error here rather than at the first prediction.
            programs.compiled(0, batch);
            return programs;
        } catch (RuntimeException | Error e) {
            bindings.close();
            throw e;
        }
    }

    /** Returns the model that predicts. */
    public Model model() {
        return model;
    }

    /** Returns how many may predict at once. */
    public int seats() {
        return seats.size();
    }

    /** Predicts in the memory of a seat, which the calling thread has. */
    public Map<String, NDArray> predict(int seat, Map<String, NDArray> inputs) {
        return prediction(seat).of(inputs);
    }

    /** Predicts all examples of a dataset in the memory of a seat, which the thread has. */
    public Map<String, NDArray> predict(int seat, Dataset data) {
        return prediction(seat).of(data);
    }

    private Prediction prediction(int seat) {
        return new Prediction(model, batch, tokens, count -> compiled(seat, count));
    }

    private Compilation.Compiled compiled(int seat, int count) {
        return seats.get(seat).of(count, this::compile);
    }

    private Compilation.Compiled compile(int count) {
        return Compilation.Compiled.of(traced(count), engine, weights, Map.of());
    }

    private Program traced(int count) {
        synchronized (traced) {
            return traced.of(count, size -> Program.of(StepPrograms.predict(model, size)));
        }
    }

    @Override
    public void close() {
        var taken = new Resources();
        taken.add(weights);
        for (RecentlyUsed<Integer, Compilation.Compiled> own : seats) {
            own.values().forEach(taken::add);
        }
        taken.close();
    }
}
