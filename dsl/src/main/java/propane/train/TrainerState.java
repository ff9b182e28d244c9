package propane.train;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.engine.Frame;
import propane.nn.Weight;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Role;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Moves a training's state between its frame, checkpoints and packages. */
final class TrainerState {
    private TrainerState() {}

    /** Sets everything to what a new run begins with. */
    static void initialize(Training training, Compilation programs) {
        Frame frame = programs.state();
        for (Weight weight : training.model().state()) {
            frame.write(weight.path(), training.model().start(weight, training.seed()));
        }
        for (StepTrace.Slot slot : programs.step().slots()) {
            Port port = slot.port();
            float[] values =
                    slot.initializer().values(port.type().shape(), training.seed(), port.name());
            frame.write(port.name(), NDArray.of(values, port.type().shape()));
        }
        writeSeed(frame, training.seed());
        writeStep(frame, 0);
    }

    private static void writeSeed(Frame frame, long seed) {
        frame.write("seed", NDArray.of(new int[] {(int) seed, (int) (seed >>> 32)}));
    }

    private static void writeStep(Frame frame, long step) {
        frame.write("step", NDArray.of(new int[] {Math.toIntExact(step)}));
    }

    static Weights weights(Training training, Compilation programs) {
        return read(programs.state(), training.model().state().stream().map(Weight::path));
    }

    private static Weights read(Frame frame, java.util.stream.Stream<String> names) {
        var arrays = new LinkedHashMap<String, NDArray>();
        names.forEach(name -> arrays.put(name, frame.read(name)));
        return new Weights(arrays);
    }

    /** Returns what {@link #weights} does, with running means where there are some. */
    static Weights averages(Training training, Compilation programs) {
        Frame frame = programs.state();
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Weight weight : training.model().state()) {
            String mean = Averages.port(weight).name();
            arrays.put(weight.path(), frame.read(frame.has(mean) ? mean : weight.path()));
        }
        return new Weights(arrays);
    }

    static void load(Training training, Compilation programs, Weights weights) {
        Map<String, Port> known =
                training.model().state().stream()
                        .collect(
                                Collectors.toMap(
                                        Weight::path,
                                        Weight::port,
                                        (a, _) -> a,
                                        LinkedHashMap::new));
        for (String path : weights.paths()) {
            if (!known.containsKey(path)) {
                throw UnknownNameException.among("load: no weight", path, known.keySet());
            }
            if (!known.get(path).type().equals(weights.at(path).type())) {
                throw new ShapeException(
                        "load: " + known.get(path) + ", given " + weights.at(path).type());
            }
        }
        var missing = new LinkedHashSet<>(known.keySet());
        weights.paths().forEach(missing::remove);
        if (!missing.isEmpty()) {
            throw new UnknownNameException("load: there are no weights for " + missing);
        }
        weights.paths().forEach(path -> programs.state().write(path, weights.at(path)));
        for (Weight weight : training.model().parameters()) {
            String mean = Averages.port(weight).name();
            if (programs.state().has(mean)) {
                programs.state().write(mean, weights.at(weight.path()));
            }
        }
        programs.refresh();
    }

    static Checkpoint checkpoint(
            Training training,
            Compilation programs,
            Position position,
            LearningRates.Change rates) {
        Frame frame = programs.state();
        var model = training.model();
        var hypers = new ArrayList<String>();
        programs.step().rates().keySet().forEach(n -> hypers.add(StepTrace.ratePort(n).name()));
        return new Checkpoint(
                read(frame, model.parameters().stream().map(Weight::path)),
                read(frame, programs.step().slots().stream().map(slot -> slot.port().name())),
                read(
                        frame,
                        model.state().stream()
                                .filter(weight -> weight.role() == Role.STATISTIC)
                                .map(Weight::path)),
                read(frame, hypers.stream()),
                trainable(training),
                frame.read("step").ints()[0],
                position.epoch(),
                position.batch(),
                training.seed(),
                CheckpointJson.write(position, rates),
                CheckpointJson.write(position.history()));
    }

    private static Set<String> trainable(Training training) {
        return training.model().trainable().stream()
                .map(Weight::path)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Takes over a checkpoint and returns where its run stood. */
    static Position load(Training training, Compilation programs, Checkpoint saved, Path file) {
        if (!saved.resumable()) {
            load(training, programs, saved.weights());
            return Position.start();
        }
        if (!saved.trainable().equals(trainable(training))) {
            throw new FormatException(
                    file
                            + ": other weights were trained than this training does: only there "
                            + minus(saved.trainable(), trainable(training))
                            + ", only here "
                            + minus(trainable(training), saved.trainable())
                            + "\n    to mend it: freeze the same parts, or load the weights alone:"
                            + " load(Weights.read(path))");
        }
        Frame frame = programs.state();
        var slots =
                programs.step().slots().stream()
                        .map(slot -> slot.port().name())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        var savedSlots = new LinkedHashSet<>(saved.slots().paths());
        if (!slots.equals(savedSlots)) {
            throw new FormatException(
                    file
                            + ": its optimizer kept other slots: only there "
                            + minus(savedSlots, slots)
                            + ", only here "
                            + minus(slots, savedSlots)
                            + "\n    to mend it: use the same optimizer, or load the weights"
                            + " alone");
        }
        for (String name : savedSlots) {
            if (!frame.port(name).type().equals(saved.slots().at(name).type())) {
                throw new FormatException(
                        file
                                + ": slot "
                                + name
                                + " is "
                                + saved.slots().at(name).type()
                                + ", here "
                                + frame.port(name).type());
            }
        }
        var model = new LinkedHashMap<>(saved.weights().arrays());
        model.putAll(saved.statistics().arrays());
        load(training, programs, new Weights(model));
        savedSlots.forEach(name -> frame.write(name, saved.slots().at(name)));
        writeSeed(frame, saved.seed());
        writeStep(frame, saved.step());
        return CheckpointJson.read(saved, file);
    }

    private static Set<String> minus(Set<String> some, Set<String> others) {
        var left = new LinkedHashSet<>(some);
        left.removeAll(others);
        return left;
    }
}
