package propane.train.export;

import propane.coreml.ModelCard;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.PlacementReport;
import propane.coreml.write.ProgramPackage;
import propane.json.Json;
import propane.spi.Program;
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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Writes a training as a package for apps, and beside it the Swift file that trains it there. */
public final class TrainingPackage {
    /** The key of the user metadata that tells what counters, seeds and rates start from. */
    static final String START = "propane.start";

    /** The key of the user metadata that tells how many batches make one update. */
    static final String ACCUMULATE = "propane.accumulate";

    /** The key of the user metadata that tells what a file of the state says beside its arrays. */
    static final String CHECKPOINT = "propane.checkpoint";

    private final TrainingSpec training;
    private final Compilation programs;
    private final LearningRates rates;
    private final LoweredStep lowered;

    TrainingPackage(TrainingSpec training, Compilation programs, LearningRates rates) {
        this.training = training;
        this.programs = programs;
        this.rates = rates;
        this.lowered =
                new LoweredStep(
                        training, programs.step(), port -> programs.state().read(port.name()));
    }

    /**
     * Writes both.
     *
     * @param updates how many updates the app makes at most, or {@link ExportedSchedules#UNTOLD}
     * @throws PropaneException if one of them cannot be written
     */
    public void write(Path mlpackage, long updates) {
        TrainerState.requireFinite("exportTraining", programs.state());
        SwiftTrainer.requirePlace(mlpackage);
        Program program = program();
        ModelCard card =
                ModelCard.BLANK
                        .with(START, start(program))
                        .with(ACCUMULATE, Integer.toString(training.accumulate()))
                        .with(
                                ExportedSchedules.KEY,
                                new ExportedSchedules(updates(), updates)
                                        .json(programs.step().rates()))
                        .with(
                                ExportedSchedules.SETTINGS,
                                new ExportedSchedules(updates(), updates)
                                        .settings(programs.step().scheduled()))
                        .with(CHECKPOINT, checkpoint());
        ProgramPackage.write(program, mlpackage, card);
        SwiftTrainer.write(mlpackage);
    }

    /**
     * Gradients are of float16 whatever the training's own precision, and so come from a step whose
     * loss is scaled; update takes the scale from them again.
     */
    private Program program() {
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
        for (Rate rate : programs.step().rates()) {
            double now = rates.at(rate.optimizer(), updates());
            json = json.with(rate.port().name(), Json.array(Json.of((float) now)));
        }
        for (ScheduledSetting setting : programs.step().scheduled()) {
            json = json.with(setting.port().name(), Json.array(Json.of(setting.at(updates()))));
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

    private long updates() {
        return TrainerState.updates(programs.state());
    }
}
