package propane.train.run;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.nn.Model;
import propane.nn.Weight;
import propane.nn.rule.Randomness;
import propane.spi.Bindings;
import propane.spi.Preconditions;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.port.Averages;
import propane.train.port.Slot;
import propane.train.trace.TrainingSpec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Moves a training's state between its bindings, checkpoints and packages. */
public final class TrainerState {
    /** How many names an error gives of either kind. */
    private static final int MOST_NAMES = 8;

    private TrainerState() {}

    /** Sets everything to what a new run begins with. */
    static void initialize(TrainingSpec training, Compilation programs) {
        Bindings bindings = programs.state();
        for (Weight weight : training.model().variables()) {
            bindings.write(weight.path(), training.model().start(weight, training.seed()));
        }
        for (Slot slot : programs.step().slots()) {
            bindings.write(slot.port().name(), slot.start(training.seed()));
        }
        bindings.write(Randomness.SEED.name(), seed(training.seed()));
        bindings.write(Randomness.STEP.name(), step(0));
        bindings.write(Randomness.UPDATES.name(), step(0));
    }

    /** Returns a seed as the program reads it: the lower half first. */
    static NDArray seed(long seed) {
        return NDArray.of(new int[] {(int) seed, (int) (seed >>> 32)});
    }

    /** Returns the seed that a run draws its numbers by, which may be that of a checkpoint. */
    static long seed(Bindings bindings) {
        int[] halves = bindings.read(Randomness.SEED.name()).ints();
        return Integer.toUnsignedLong(halves[0]) | (long) halves[1] << 32;
    }

    /** Returns a number of steps, below 2<sup>31</sup>, as the program reads it. */
    static NDArray step(long step) {
        return NDArray.of(new int[] {Math.toIntExact(step)});
    }

    /** Returns a text that names the first array of the state that is not finite, or nothing. */
    static String firstBad(Bindings bindings) {
        for (Port port : bindings.ports()) {
            boolean isState = port.role().isModel() || port.role() == Role.SLOT;
            if (isState && port.type().dtype() == DType.FLOAT32) {
                double bad = notFinite(bindings.segment(port), port.isGathered());
                if (bad != 0) {
                    return port.name() + " holds " + bad;
                }
            }
        }
        return "";
    }

    /** Returns a number that may not stand in a segment, 0 if there is none. */
    private static float notFinite(MemorySegment values, boolean mayBeInfinite) {
        for (long i = 0; i < values.byteSize() / Float.BYTES; i++) {
            float value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (mayBeInfinite ? Float.isNaN(value) : !Float.isFinite(value)) {
                return value;
            }
        }
        return 0;
    }

    /**
     * Requires that all of the state is finite before it is written anywhere.
     *
     * @throws NumericException if it is not
     */
    public static void requireFinite(String what, Bindings bindings) {
        String bad = firstBad(bindings);
        if (!bad.isEmpty()) {
            throw new NumericException(
                    Problem.ofRule(what + ": the state is spoiled and nothing was written: " + bad)
                            .fix("load a checkpoint, or begin anew"));
        }
    }

    /** Returns the number of updates made so far. */
    public static long updates(Bindings bindings) {
        return bindings.read(Randomness.UPDATES.name()).ints()[0];
    }

    static Weights weights(TrainingSpec training, Compilation programs) {
        return read(programs.state(), training.model().variables().stream().map(Weight::path));
    }

    private static Weights read(Bindings bindings, java.util.stream.Stream<String> names) {
        var arrays = new LinkedHashMap<String, NDArray>();
        names.forEach(name -> arrays.put(name, bindings.read(name)));
        return new Weights(arrays);
    }

    /** Returns what {@link #weights} does, with running means where there are some. */
    static Weights averages(TrainingSpec training, Compilation programs) {
        Bindings bindings = programs.state();
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Weight weight : training.model().variables()) {
            String mean = Averages.port(weight).name();
            arrays.put(weight.path(), bindings.read(bindings.has(mean) ? mean : weight.path()));
        }
        return new Weights(arrays);
    }

    /** Takes over weights and statistics alone. */
    static void load(TrainingSpec training, Compilation programs, Weights weights) {
        programs.write(checked(training, programs, weights, "load"));
    }

    /**
     * Requires that weights and statistics are those of a model.
     *
     * @param where what is done, and the file if they come from one, for messages
     * @throws UnknownNameException if names are not those of the model
     * @throws ShapeException if a type is not the model's
     * @throws NumericException if an element is not a number
     */
    static void requireFit(Model model, Weights weights, String where) {
        Map<String, Port> known = new LinkedHashMap<>();
        model.variables().forEach(weight -> known.put(weight.path(), weight.port()));
        var missing = new LinkedHashSet<>(known.keySet());
        weights.paths().forEach(missing::remove);
        var leftOver = new LinkedHashSet<>(weights.paths());
        leftOver.removeAll(known.keySet());
        if (leftOver.size() == 1 && missing.size() < 2) {
            String path = leftOver.iterator().next();
            throw UnknownNameException.among(where + ": no weight", path, known.keySet());
        }
        if (!leftOver.isEmpty()) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    where
                                            + ": names are not those of the model; left over: "
                                            + shown(leftOver)
                                            + "; missing: "
                                            + shown(missing))
                            .fix(
                                    "rename them, weights.renamed(Map.of(old, path)), those of"
                                            + " PyTorch by weights.renamed(Weights.torch())"));
        }
        if (!missing.isEmpty()) {
            throw new UnknownNameException(
                    Problem.ofRule(where + ": there are no weights for " + shown(missing))
                            .fix(
                                    "give all of them, weights.with(path, array), or let the model"
                                        + " start from some: model.withWeights(weights.arrays())"));
        }
        for (String path : weights.paths()) {
            requireType(where, known.get(path), weights.at(path));
            Preconditions.numbers(where + ": " + path, weights.at(path));
        }
    }

    private static String shown(Set<String> names) {
        String first = names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        int more = names.size() - MOST_NAMES;
        return names.isEmpty() ? "none" : more > 0 ? first + " and " + more + " more" : first;
    }

    /**
     * Returns what weights and statistics make of the state, by port, once {@link #requireFit} took
     * them.
     */
    static Map<String, NDArray> checked(
            TrainingSpec training, Compilation programs, Weights weights, String where) {
        requireFit(training.model(), weights, where);
        var values = new LinkedHashMap<>(weights.arrays());
        for (Weight weight : training.model().parameters()) {
            String mean = Averages.port(weight).name();
            if (programs.state().has(mean)) {
                values.put(mean, weights.at(weight.path()));
            }
        }
        return values;
    }

    private static void requireType(String where, Port port, NDArray value) {
        TensorType wanted = port.type();
        TensorType given = value.type();
        if (given.equals(wanted)) {
            return;
        }
        String fix =
                given.shape().equals(wanted.shape())
                        ? "convert it, array.cast(DType." + wanted.dtype() + ")"
                        : given.shape().dims().reversed().equals(wanted.shape().dims())
                                ? "it lies the other way round; turn its axes"
                                : "give the weights of this model";
        throw new ShapeException(
                Problem.ofRule(where + ": " + port + ", given " + given)
                        .operand("weight", port.tensor())
                        .operand("given", given)
                        .fix(fix));
    }

    /** Returns all of a run as a checkpoint holds it. */
    public static Checkpoint checkpoint(
            TrainingSpec training, Compilation programs, RunState run, LearningRates.Change rates) {
        Bindings bindings = programs.state();
        var model = training.model();
        return new Checkpoint(
                read(bindings, model.parameters().stream().map(Weight::path)),
                KeptBest.with(read(bindings, slots(programs).stream()), run.best()),
                read(
                        bindings,
                        model.variables().stream()
                                .filter(weight -> weight.role() == Role.STATISTIC)
                                .map(Weight::path)),
                read(bindings, hypers(programs).stream()),
                trainable(training),
                bindings.read(Randomness.STEP.name()).ints()[0],
                run.epoch(),
                run.examples(),
                seed(bindings),
                CheckpointJson.write(
                        run, rates, training, programs.step().optimizers(), updates(bindings)),
                CheckpointJson.write(run.history()));
    }

    /** Returns the names of the slots of all optimizers. */
    static List<String> slots(Compilation programs) {
        return programs.step().slots().stream().map(slot -> slot.port().name()).toList();
    }

    /** Returns the names of the ports that follow schedules, which tell the optimizers. */
    static List<String> hypers(Compilation programs) {
        var step = programs.step();
        return Stream.concat(
                        step.rates().stream().map(rate -> rate.port().name()),
                        step.scheduled().stream().map(setting -> setting.port().name()))
                .toList();
    }

    /** Returns the paths of the weights that are trained. */
    static Set<String> trainable(TrainingSpec training) {
        return training.model().trainable().stream()
                .map(Weight::path)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
