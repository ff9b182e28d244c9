package propane.train.run;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.nn.rule.Randomness;
import propane.spi.Bindings;
import propane.spi.Preconditions;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.TensorType;
import propane.train.port.LossScale;
import propane.train.port.WindowSlots;
import propane.train.result.Event;
import propane.train.trace.TrainingSpec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a checkpoint means for a training: everything is read and held against it before anything is
 * taken over, which then cannot fail.
 *
 * @param values the new values of the state's ports, by name
 * @param run where the run stands and what it has learnt of itself
 * @param rates how its learning rates differ from their schedules
 * @param told where file and training differ, and which of them holds
 */
record Resumption(
        Map<String, NDArray> values, RunState run, LearningRates.Change rates, Event.Resumed told) {

    /**
     * Reads a file.
     *
     * @param rates how learning rates differ now; a file of weights alone leaves that
     * @throws FormatException if it is no checkpoint of such a training
     */
    static Resumption read(
            Path file, TrainingSpec training, Compilation programs, LearningRates.Change rates) {
        Checkpoint saved = Checkpoint.read(file);
        if (saved.resumable()) {
            return of(saved, file, training, programs);
        }
        return new Resumption(
                TrainerState.checked(training, programs, saved.weights(), file + ": load"),
                RunState.start(),
                rates,
                new Event.Resumed(file, steps(programs), List.of()));
    }

    private static long steps(Compilation programs) {
        return programs.state().read(Randomness.STEP.name()).ints()[0];
    }

    private static Resumption of(
            Checkpoint saved, Path file, TrainingSpec training, Compilation programs) {
        requireSame(
                file + ": other weights were trained than this training does",
                saved.trainable(),
                TrainerState.trainable(training),
                "freeze the same parts, or load the weights alone: load(Weights.read(path))");
        Bindings bindings = programs.state();
        // A state of an app tells no rates: there they follow from schedule and step.
        if (!withoutOwn(saved.hypers().paths()).isEmpty()) {
            requireSame(
                    file + ": it was trained by another optimizer",
                    withoutOwn(saved.hypers().paths()),
                    TrainerState.hypers(programs),
                    "use the same optimizer, or load the weights alone:"
                            + " load(Weights.read(path))");
        }
        var json = new CheckpointJson(saved, file);
        json.requirePrecision(training.precision());
        json.requireAccumulated(training.accumulate(), file);
        json.requireOptimizers(programs.step().optimizers(), file);
        requireSame(
                file + ": other slots were kept beside its weights",
                withoutOwn(saved.slots().paths()),
                withoutOwn(TrainerState.slots(programs)),
                "use the same optimizer, ema(…) and gradientAccumulation(…), or load the weights"
                        + " alone: load(Weights.read(path))");
        var model = new LinkedHashMap<>(saved.weights().arrays());
        model.putAll(saved.statistics().arrays());
        var values = TrainerState.checked(training, programs, new Weights(model), file + ": load");
        add(saved.hypers(), bindings, values, file);
        add(saved.slots(), bindings, values, file);
        values.putAll(WindowSlots.missing(bindings, values, saved.step() % training.accumulate()));
        values.put(
                Randomness.UPDATES.name(), TrainerState.step(json.updates(training.accumulate())));
        if (saved.step() >= Integer.MAX_VALUE) {
            throw new FormatException(
                    file, "its step is " + saved.step() + "; a run has fewer than 2^31 - 1");
        }
        values.put(Randomness.STEP.name(), TrainerState.step(saved.step()));
        values.put(Randomness.SEED.name(), TrainerState.seed(saved.seed()));
        RunState run =
                json.run(programs.training(training.batch()).sums(), programs.step().metrics());
        requireKept(run.best(), bindings, file);
        return new Resumption(
                values,
                run,
                json.rates(),
                new Event.Resumed(file, saved.step(), notes(saved, json, training)));
    }

    /**
     * Whether the loss is scaled depends on the engine too: a run may go on on another one. The
     * best epoch's state is the run's.
     */
    private static Set<String> withoutOwn(Collection<String> names) {
        var others = new LinkedHashSet<>(names);
        others.removeIf(name ->
                LossScale.isOwn(name) || WindowSlots.isNumber(name) || KeptBest.isOwn(name));
        return others;
    }

    private static void requireSame(
            String rule, Collection<String> there, Collection<String> here, String fix) {
        Set<String> onlyThere = new LinkedHashSet<>(there);
        onlyThere.removeAll(here);
        Set<String> onlyHere = new LinkedHashSet<>(here);
        onlyHere.removeAll(there);
        if (!onlyThere.isEmpty() || !onlyHere.isEmpty()) {
            throw new FormatException(
                    Problem.ofFile(rule, "only there " + onlyThere + ", only here " + onlyHere)
                            .fix(fix));
        }
    }

    private static void add(
            Weights from, Bindings bindings, Map<String, NDArray> values, Path file) {
        for (String name : from.paths()) {
            boolean isOptional = LossScale.isOwn(name) || WindowSlots.isNumber(name);
            if (KeptBest.isOwn(name) || isOptional && !bindings.has(name)) {
                continue;
            }
            requireType(name, from.at(name), bindings, file);
            Preconditions.numbers(file + ": load: " + name, from.at(name));
            LossScale.requireRange(file.toString(), name, from.at(name));
            values.put(name, from.at(name));
        }
    }

    /** What comes back in the end must fit as the state at hand does. */
    private static void requireKept(Map<String, NDArray> best, Bindings bindings, Path file) {
        best.forEach((name, array) -> {
            if (!bindings.has(name)) {
                throw new FormatException(
                        file, "the best epoch's state has " + name + ", which is not here");
            }
            requireType(name, array, bindings, file);
            Preconditions.numbers(file + ": load: the best epoch's " + name, array);
        });
    }

    private static void requireType(String name, NDArray value, Bindings bindings, Path file) {
        TensorType here = bindings.port(name).type();
        if (!here.equals(value.type())) {
            throw new FormatException(
                    Problem.ofFile(file, name + " is " + value.type() + ", here " + here)
                            .fix(
                                    "use the same optimizer, or load the weights alone:"
                                            + " load(Weights.read(path))"));
        }
    }

    private static List<String> notes(
            Checkpoint saved, CheckpointJson json, TrainingSpec training) {
        var notes = new ArrayList<String>();
        if (saved.seed() != training.seed()) {
            notes.add(
                    "seed "
                            + saved.seed()
                            + " as the checkpoint says, not "
                            + training.seed()
                            + " as the training does");
        }
        long batch = json.batch(training.batch());
        if (batch != training.batch()) {
            notes.add(
                    "batches of "
                            + training.batch()
                            + " as the training says, not "
                            + batch
                            + " as the checkpoint does");
        }
        double average = json.average(training.average());
        if (average != training.average()) {
            notes.add(
                    "running means with the decay "
                            + training.average()
                            + " as the training says, not "
                            + average
                            + " as the checkpoint does");
        }
        return notes;
    }

    /** Writes the values; their types are those of the ports. */
    void takeOver(Compilation programs) {
        programs.write(values);
    }
}
