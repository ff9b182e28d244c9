package propane.train.run;

import propane.engine.Engine;
import propane.engine.MemoryException;
import propane.ffm.Resources;
import propane.nn.metric.Metric;
import propane.nn.rule.Randomness;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.option.Precision;
import propane.train.trace.BatchBroadcasts;
import propane.train.trace.DataRules;
import propane.train.trace.DoubledActivations;
import propane.train.trace.StepPrograms;
import propane.train.trace.TrainingSpec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training's programs, compiled as they are needed, over one state: one program for training, one
 * for evaluating and one for predicting, for each size of batch.
 */
public final class Compilation implements AutoCloseable {
    /** Whether to print, in the end, who computed what and what runs allocated. */
    private static final boolean STATS = Boolean.getBoolean("propane.stats");

    /** So many programs are kept, that which trains whole batches among them. */
    private static final int PROGRAMS = 9;

    /** What takes so much is planned whole before any of it is taken. */
    private static final long LARGE = 1 << 26;

    private final TrainingSpec training;
    private final Engine engine;
    private final boolean splits;
    private final StepPrograms step;
    private final DataRules rules;
    private final Bindings state;
    private final RecentlyUsed<Integer, StepPrograms> steps;
    private final RecentlyUsed<Key, Compiled> compiled;
    private final Map<Integer, TrainingProgram> trainings = new HashMap<>();

    Compilation(TrainingSpec training, Engine engine) {
        this.training = training;
        this.engine = engine.forOneTraining();
        this.splits = engine.usesSplitStep();
        var whole = new Key(Purpose.TRAIN, training.batch());
        this.steps = new RecentlyUsed<>(PROGRAMS, size -> size == training.batch(), (_, _) -> {});
        this.compiled = new RecentlyUsed<>(PROGRAMS, whole::equals, this::forget);
        this.step = step(training.batch());
        List<Tensor> values = step.values();
        BatchBroadcasts.require(
                values, training.batch(), () -> programs(training.batch() + 1).values());
        this.rules = DataRules.of(training, values);
        var losses = training.losses();
        DoubledActivations.lines(losses, losses.isEmpty() ? Map.of() : step.outputs(), values)
                .forEach(System.err::println);
        List<Port> ports = statePorts(training, step);
        MemoryException.require(
                "trainer: weights and slots",
                ports.stream().mapToLong(port -> port.type().bytes()).sum());
        this.state = Bindings.allocate(ports);
    }

    /** What a program is for. */
    enum Purpose {
        TRAIN,
        EVALUATE,
        PREDICT,
        EVALUATE_AVERAGED,
        PREDICT_AVERAGED
    }

    /** Gradients in float16 need a scaled loss. */
    static boolean isScaled(TrainingSpec training, boolean splits) {
        return splits || training.precision() == Precision.MIXED_FLOAT16;
    }

    private StepPrograms programs(int batch) {
        return new StepPrograms(training, batch, training.isScaled(splits));
    }

    private record Key(Purpose purpose, int batch) {}

    /**
     * A program and the storage of its ports.
     *
     * @param program the program, made ready
     * @param source the program as it was traced
     * @param bindings the storage
     * @param metrics the metrics of the step by name
     * @param batch the ports through which examples enter, by name
     */
    public record Compiled(
            CompiledProgram program,
            Program source,
            Bindings bindings,
            Map<String, Metric> metrics,
            Map<String, Port> batch)
            implements AutoCloseable {
        /**
         * Compiles a program; the storage of its ports is given back if that fails.
         *
         * @param shared the storage of those of its ports that others have, too
         */
        static Compiled of(
                Program program, Engine engine, Bindings shared, Map<String, Metric> metrics) {
            var batch = new LinkedHashMap<String, Port>();
            program.ports().stream()
                    .filter(port -> port.role() == Role.BATCH)
                    .forEach(port -> batch.put(port.name(), port));
            Bindings bindings = shared.sharing(program.ports());
            try {
                CompiledProgram made = engine.compile(program, bindings);
                return new Compiled(made, program, bindings, metrics, batch);
            } catch (RuntimeException | Error e) {
                bindings.close();
                throw e;
            }
        }

        /** Returns the function of a program that has one. */
        Program.Function only() {
            return source.functions().getFirst();
        }

        /** Returns the ports of some functions' results. */
        MetricAccumulators.ResultPorts results(List<Program.Function> functions) {
            List<Port> ports =
                    functions.stream()
                            .flatMap(function -> function.outputs().stream())
                            .map(Program.Output::port)
                            .filter(port -> port.role() == Role.RESULT)
                            .filter(port -> metrics.containsKey(port.name()))
                            .distinct()
                            .toList();
            return new MetricAccumulators.ResultPorts(ports, bindings, metrics);
        }

        @Override
        public void close() {
            try (bindings) {
                program.close();
            }
        }
    }

    /** Returns the ports of all that outlives a step. */
    static List<Port> statePorts(TrainingSpec training, StepPrograms of) {
        var ports = new ArrayList<Port>();
        training.model().variables().forEach(weight -> ports.add(weight.port()));
        of.slots().forEach(slot -> ports.add(slot.port()));
        of.rates().forEach(rate -> ports.add(rate.port()));
        of.scheduled().forEach(setting -> ports.add(setting.port()));
        ports.add(Randomness.SEED);
        ports.add(Randomness.STEP);
        ports.add(Randomness.UPDATES);
        return ports;
    }

    /** Returns the step, traced for whole batches. */
    public StepPrograms step() {
        return step;
    }

    /** Returns the storage of all that outlives a step. */
    public Bindings state() {
        return state;
    }

    /** Returns what examples must be. */
    public DataRules rules() {
        return rules;
    }

    /** Returns what compiles and runs the programs. */
    public Engine engine() {
        return engine;
    }

    /** Returns the step, traced for batches of a size. */
    public StepPrograms step(int batch) {
        return steps.of(batch, this::programs);
    }

    /** Returns the training program for a size of batch, with what a step reads and writes. */
    public TrainingProgram training(int batch) {
        if (!trainings.containsKey(batch)) {
            trainings.put(
                    batch,
                    new TrainingProgram(compiled(Purpose.TRAIN, batch), step(batch).plan(splits)));
        }
        return trainings.get(batch);
    }

    /** Returns a program for a purpose and a size of batch, compiled at its first use. */
    Compiled compiled(Purpose purpose, int batch) {
        return compiled.of(
                new Key(purpose, batch), key -> compile(program(key.purpose(), key.batch())));
    }

    private void forget(Key key, Compiled program) {
        if (key.purpose() == Purpose.TRAIN) {
            trainings.remove(key.batch());
        }
        program.close();
    }

    /** Returns how many programs are kept. */
    public int kept() {
        return compiled.values().size();
    }

    /** Returns whether a program is still kept. */
    boolean keeps(Compiled program) {
        return compiled.values().contains(program);
    }

    private Program program(Purpose purpose, int batch) {
        StepPrograms of = step(batch);
        // A batch to measure or predict may be smaller than any that can be trained on: which
        // weights have running means is asked of the whole step.
        return switch (purpose) {
            case TRAIN -> of.plan(splits).program();
            case EVALUATE -> Program.of(of.evaluate());
            case PREDICT -> Program.of(of.predictRows());
            case EVALUATE_AVERAGED -> Program.of(step.averaged(of.evaluate()));
            case PREDICT_AVERAGED -> Program.of(step.averaged(of.predictRows()));
        };
    }

    private void requireMemory(Program program) {
        long own =
                program.ports().stream()
                        .filter(port -> !state.has(port))
                        .mapToLong(port -> port.type().bytes())
                        .sum();
        if (own >= LARGE) {
            MemoryException.require(
                    "trainer: a batch and what is computed of it",
                    own + engine.planned(program).total());
        }
    }

    private Compiled compile(Program program) {
        requireMemory(program);
        return Compiled.of(program, engine, state, step.metrics());
    }

    /** Takes over values of state by the names of their ports, whose types they have. */
    void write(Map<String, NDArray> values) {
        values.forEach(state::write);
        refresh();
    }

    /** Tells all programs that weights were loaded, also where one cannot take them over. */
    void refresh() {
        var failures = new ArrayList<RuntimeException>();
        for (Compiled each : compiled.values()) {
            try {
                each.program().refresh();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    @Override
    public void close() {
        var taken = new Resources();
        taken.add(state);
        for (Compiled each : compiled.values()) {
            taken.add(each);
        }
        try (taken) {
            if (STATS) {
                for (Compiled each : compiled.values()) {
                    each.program().report().lines().forEach(System.err::println);
                    each.program().stats().forEach(System.err::println);
                }
            }
        }
    }
}
