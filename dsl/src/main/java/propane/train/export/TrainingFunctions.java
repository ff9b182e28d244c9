package propane.train.export;

import propane.coreml.report.EstimateReport;
import propane.coreml.report.PlacementReport;
import propane.json.Json;
import propane.spi.Program;
import propane.spi.TrainingExport;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;
import propane.train.port.Slot;
import propane.train.run.Compilation;
import propane.train.run.LearningRates;
import propane.train.run.RunState;
import propane.train.run.TrainerState;
import propane.train.trace.LoweredStep;
import propane.train.trace.StepPrograms;
import propane.train.trace.TrainingSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongToDoubleFunction;

/** A training as functions, for exporters, with what a file says of them. */
public final class TrainingFunctions implements TrainingExport {
    /** The key of the user metadata that tells what counters, seeds and rates start from. */
    static final String START = "propane.start";

    /** The key of the user metadata that tells how many batches make one update. */
    static final String ACCUMULATE = "propane.accumulate";

    /** The key of the user metadata that tells what a file of the state says beside its arrays. */
    static final String CHECKPOINT = "propane.checkpoint";

    private final TrainingSpec training;
    private final Compilation programs;
    private final LearningRates rates;
    private final long told;
    private final LoweredStep lowered;

    /**
     * Makes it.
     *
     * @param told for how many updates schedules of the user's own are told, or {@link
     *     ExportedSchedules#UNTOLD}
     */
    TrainingFunctions(TrainingSpec training, Compilation programs, LearningRates rates, long told) {
        this.training = training;
        this.programs = programs;
        this.rates = rates;
        this.told = told;
        this.lowered =
                new LoweredStep(
                        training, programs.step(), port -> programs.state().read(port.name()));
    }

    @Override
    public Program whole() {
        StepPrograms plain = programs.step();
        var functions = new ArrayList<Program.Function>();
        functions.add(plain.initialize(port -> programs.state().read(port.name())));
        functions.add(plain.train());
        if (training.accumulate() > 1) {
            functions.add(plain.accumulate());
        }
        functions.add(plain.evaluate());
        functions.add(plain.predict());
        functions.addAll(ofOne());
        return new Program(functions).map(lowered::onlyMeans);
    }

    /**
     * Gradients are of float16 whatever the training's own precision, and so come from a step whose
     * loss is scaled; update takes the scale from them again.
     */
    @Override
    public Program split() {
        StepPrograms plain = programs.step();
        StepPrograms scaled = lowered.scaled();
        var functions = new ArrayList<Program.Function>();
        functions.add(scaled.initialize(value(scaled)));
        functions.add(plain.train());
        functions.add(lowered.gradients(scaled));
        if (training.accumulate() > 1) {
            functions.add(scaled.accumulateSplit());
        }
        functions.add(scaled.update());
        functions.add(plain.evaluate());
        functions.add(plain.predict());
        functions.addAll(ofOne());
        return new Program(functions).map(lowered::onlyMeans);
    }

    @Override
    public Map<String, NDArray> state(Program program) {
        Function<Port, NDArray> value = value(lowered.scaled());
        var state = new LinkedHashMap<String, NDArray>();
        for (Port port : program.ports()) {
            boolean isHalf = port.name().startsWith(Port.HALF);
            if (isState(port) && !isHalf) {
                state.computeIfAbsent(port.name(), _ -> value.apply(port));
            }
        }
        rates().forEach((name, rate) -> state.put(name, NDArray.of(new float[] {rate}, 1)));
        return Collections.unmodifiableMap(state);
    }

    private static boolean isState(Port port) {
        return port.role().isShared() && port.role() != Role.GRADIENT;
    }

    /** Returns what rates and settings are at the next update, by port. */
    private Map<String, Float> rates() {
        var now = new LinkedHashMap<String, Float>();
        for (Rate rate : programs.step().rates()) {
            now.put(rate.port().name(), (float) rates.at(rate, updates()));
        }
        for (ScheduledSetting setting : programs.step().scheduled()) {
            now.put(setting.port().name(), setting.at(updates()));
        }
        return now;
    }

    @Override
    public Map<String, LongToDoubleFunction> schedules() {
        var schedules = new LinkedHashMap<String, LongToDoubleFunction>();
        for (Rate rate : programs.step().rates()) {
            schedules.put(rate.port().name(), update -> rates.at(rate, update));
        }
        for (ScheduledSetting setting : programs.step().scheduled()) {
            schedules.put(setting.port().name(), setting::at);
        }
        return Collections.unmodifiableMap(schedules);
    }

    @Override
    public int accumulate() {
        return training.accumulate();
    }

    @Override
    public Map<String, String> texts(Program program) {
        var texts = new LinkedHashMap<String, String>();
        texts.put(START, start(program));
        texts.put(ACCUMULATE, Integer.toString(training.accumulate()));
        var schedules = new ExportedSchedules(updates(), told);
        texts.put(ExportedSchedules.KEY, schedules.json(programs.step().rates()));
        texts.put(ExportedSchedules.SETTINGS, schedules.settings(programs.step().scheduled()));
        texts.put(CHECKPOINT, checkpoint());
        return texts;
    }

    /** For what is left of a whole batch; a step that is no good for one example is left out. */
    private List<Program.Function> ofOne() {
        var one = new StepPrograms(training, 1, false);
        try {
            return List.of(
                    named("predict_one", one.predict()), named("evaluate_one", one.evaluate()));
        } catch (PropaneException e) {
            return List.of(named("predict_one", StepPrograms.predict(training.model(), 1)));
        }
    }

    private static Program.Function named(String name, Program.Function function) {
        return new Program.Function(name, function.inputs(), function.outputs());
    }

    /** Returns what may run on the Neural Engine of the gradients, which are lowered for it. */
    public PlacementReport placement() {
        return lowered.placement();
    }

    /** Returns what a step of gradients and update would take on devices. */
    public EstimateReport estimate() {
        return lowered.estimate();
    }

    /** What the state holds, and what it lacks, the scale, from its beginning. */
    private Function<Port, NDArray> value(StepPrograms scaled) {
        Map<String, NDArray> first = new HashMap<>();
        for (Slot slot : scaled.slots()) {
            if (slot.port().role() == Role.HYPER) {
                first.put(slot.port().name(), slot.start(training.seed()));
            }
        }
        Set<String> held = new HashSet<>();
        programs.step().slots().forEach(slot -> held.add(slot.port().name()));
        return port ->
                first.containsKey(port.name()) && !held.contains(port.name())
                        ? first.get(port.name())
                        : programs.state().read(port.name());
    }

    /** Returns as JSON what ports hold that no function starts: by path, a list of numbers. */
    private String start(Program program) {
        Set<String> known = new HashSet<>();
        for (Program.Output output : program.function(Program.Function.INITIALIZE).outputs()) {
            if (!output.replaces()) {
                known.add(output.port().name());
            }
        }
        var json = Json.object();
        for (Port port : program.ports()) {
            // Of half-precision ports the whole ones tell.
            boolean half = port.name().startsWith(Port.HALF);
            if (port.role() == Role.HYPER && !half && known.add(port.name())) {
                json = json.with(port.name(), numbers(programs.state().read(port.name())));
            }
        }
        for (var rate : rates().entrySet()) {
            json = json.with(rate.getKey(), Json.array(Json.of(rate.getValue())));
        }
        return json.text();
    }

    /** Returns as JSON the texts of a checkpoint taken now: an app changes the step alone. */
    private String checkpoint() {
        var json = Json.object();
        var now = TrainerState.checkpoint(training, programs, RunState.start(), rates.change());
        for (var text : now.texts().entrySet()) {
            json = json.with(text.getKey(), text.getValue());
        }
        return json.text();
    }

    private static Json numbers(NDArray value) {
        boolean whole = value.dtype() == DType.INT32;
        return Json.array(
                Arrays.stream(value.doubles())
                        .mapToObj(n -> whole ? Json.of((long) n) : Json.of(n))
                        .toArray(Json[]::new));
    }

    @Override
    public long updates() {
        return TrainerState.updates(programs.state());
    }
}
