package propane.train;

import propane.engine.CompiledProgram;
import propane.engine.Engine;
import propane.engine.Frame;
import propane.nn.Randomness;
import propane.pass.MixedPrecision;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A training's programs, compiled as they are needed, over one state: one program for training, one
 * for evaluating and one for predicting, for each size of batch.
 */
final class Compilation implements AutoCloseable {
    /** Whether to print, in the end, who computed what and what runs allocated. */
    private static final boolean STATS = Boolean.getBoolean("propane.stats");

    private final Training training;
    private final Engine engine;
    private final StepPrograms step;
    private final Frame state;
    private final Map<Integer, StepPrograms> steps = new HashMap<>();
    private final Map<Key, Compiled> compiled = new HashMap<>();
    private final Map<Integer, TrainingProgram> trainings = new HashMap<>();

    Compilation(Training training, Engine engine) {
        this.training = training;
        this.engine = engine;
        this.step = new StepPrograms(training, training.batch());
        steps.put(training.batch(), step);
        this.state = Frame.allocate(statePorts(step));
    }

    /** What a program is for. */
    enum Purpose {
        TRAIN,
        EVALUATE,
        PREDICT
    }

    private record Key(Purpose purpose, int batch) {}

    /**
     * A program and the storage of its ports.
     *
     * @param program the program, made ready
     * @param source the program as it was traced
     * @param frame the storage
     */
    record Compiled(CompiledProgram program, Program source, Frame frame) {
        /** Returns the names of the ports through which examples enter. */
        List<String> batchPorts() {
            return source.ports().stream()
                    .filter(port -> port.role() == Role.BATCH)
                    .map(Port::name)
                    .toList();
        }

        /** Returns the ports of a function's results. */
        Means.ResultPorts results(String function) {
            var names = new ArrayList<String>();
            for (Program.Output output : source.function(function).outputs()) {
                if (output.port().role() == Role.RESULT) {
                    names.add(output.port().name());
                }
            }
            return new Means.ResultPorts(names, names.stream().map(frame::segment).toList());
        }
    }

    private List<Port> statePorts(StepPrograms of) {
        var ports = new ArrayList<Port>();
        training.model().state().forEach(weight -> ports.add(weight.port()));
        of.slots().forEach(slot -> ports.add(slot.port()));
        of.rates().keySet().forEach(name -> ports.add(StepTrace.ratePort(name)));
        ports.add(Randomness.SEED);
        ports.add(Randomness.STEP);
        return ports;
    }

    /** Returns the step, traced for whole batches. */
    StepPrograms step() {
        return step;
    }

    /** Returns the storage of all that outlives a step. */
    Frame state() {
        return state;
    }

    StepPrograms step(int batch) {
        return steps.computeIfAbsent(batch, size -> new StepPrograms(training, size));
    }

    /** Returns the training program for a size of batch, with what a step reads and writes. */
    TrainingProgram training(int batch) {
        if (!trainings.containsKey(batch)) {
            trainings.put(batch, new TrainingProgram(compiled(Purpose.TRAIN, batch)));
        }
        return trainings.get(batch);
    }

    /** Returns a program for a purpose and a size of batch, compiled at its first use. */
    Compiled compiled(Purpose purpose, int batch) {
        var key = new Key(purpose, batch);
        if (!compiled.containsKey(key)) {
            compiled.put(key, compile(program(purpose, batch)));
        }
        return compiled.get(key);
    }

    private Program program(Purpose purpose, int batch) {
        StepPrograms of = step(batch);
        return switch (purpose) {
            case TRAIN -> {
                Program steps =
                        training.accumulate() == 1
                                ? Program.of(of.train())
                                : Program.of(of.train(), of.accumulate());
                yield training.precision() == Precision.FLOAT32
                        ? steps
                        : steps.map(new MixedPrecision()::apply);
            }
            case EVALUATE -> Program.of(of.evaluate());
            case PREDICT -> Program.of(of.predict());
        };
    }

    private Compiled compile(Program program) {
        Frame frame = state.sharing(program.ports());
        return new Compiled(engine.compile(program, frame), program, frame);
    }

    /** Returns whether a port holds a weight or statistic. */
    static boolean isModel(Port port) {
        return port.role() == Role.WEIGHT || port.role() == Role.STATISTIC;
    }

    @Override
    public void close() {
        for (Compiled each : compiled.values()) {
            if (STATS) {
                each.program().report().lines().forEach(System.err::println);
                each.program().stats().forEach(System.err::println);
            }
            each.program().close();
            each.frame().close();
        }
        compiled.clear();
        state.close();
    }
}
