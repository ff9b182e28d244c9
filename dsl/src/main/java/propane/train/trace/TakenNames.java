package propane.train.trace;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Weight;
import propane.nn.metric.Metric;
import propane.nn.rule.Randomness;
import propane.spi.op.Port;
import propane.tensor.Problem;
import propane.tensor.UnknownNameException;
import propane.train.port.LossScale;
import propane.train.port.StepResults;
import propane.train.port.WindowSlots;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has which name in a training. What a step reads, examples and state, must differ in name, and
 * so must results and the state that a step gives beside them. An input and a result may have one
 * name: no function takes the one for the other.
 */
final class TakenNames {
    /** What the names of ports begin with that are made of others' names. */
    private static final List<String> DERIVED =
            List.of(
                    Port.HALF,
                    Port.GRADIENT,
                    Port.RANDOM,
                    "rows/",
                    Port.AVERAGE,
                    Port.GATHERED,
                    WindowSlots.NUMBERS);

    private final Map<String, String> state = new HashMap<>();
    private final Map<String, String> examples = new HashMap<>();

    /**
     * Takes the names that are there before a step is traced.
     *
     * @throws UnknownNameException if two things have one name
     */
    TakenNames(Model model, List<Input> targets) {
        state.put(Randomness.STEP.name(), "the number of steps");
        state.put(Randomness.UPDATES.name(), "the number of updates");
        state.put(Randomness.SEED.name(), "the seed");
        state.put(LossScale.SCALE.name(), "the scale of the loss");
        state.put(LossScale.GOOD_STEPS.name(), "the count of steps at one scale of the loss");
        for (Weight weight : model.variables()) {
            requireUsers("the " + weight.role(), weight.path());
            takeState("the " + weight.role(), weight.path());
        }
        model.inputs().forEach(input -> takeExamples("the input", input.name()));
        targets.forEach(target -> takeExamples("the target", target.name()));
        model.outputs().forEach(output -> requireUsers("the output", output));
    }

    private void takeExamples(String what, String name) {
        requireUsers(what, name);
        requireFree(what, name, state);
        requireFree(what, name, examples);
        examples.put(name, what + " of that name");
    }

    /**
     * Takes the name of something that outlives a step.
     *
     * @param what what it is, for example {@code the slot}
     * @throws UnknownNameException if something else has it
     */
    void takeState(String what, String name) {
        requireFree(what, name, state);
        requireFree(what, name, examples);
        state.put(name, what + " of that name");
    }

    /**
     * Requires that a result differs in name from the state.
     *
     * @throws UnknownNameException if it does not
     */
    void requireFree(Metric metric) {
        String name = metric.name();
        requireUsers("the metric", name);
        requireFree("the metric", name, state);
        if (name.equals(StepResults.LARGEST_GRADIENT)) {
            throw taken("the metric", name, "by the largest gradient of a step");
        }
        if (name.equals("epoch")) {
            throw taken("the metric", name, "by the number of epochs in a history");
        }
    }

    /** Users' own names do not begin as derived ones do. */
    private static void requireUsers(String what, String name) {
        for (String beginning : DERIVED) {
            if (name.startsWith(beginning)) {
                throw taken(what, name, "as are all that begin with " + beginning);
            }
        }
    }

    private static void requireFree(String what, String name, Map<String, String> owners) {
        if (owners.containsKey(name)) {
            throw taken(what, name, "by " + owners.get(name));
        }
    }

    private static UnknownNameException taken(String what, String name, String by) {
        return new UnknownNameException(
                Problem.of("training", "the name of " + what + " " + name + " is taken, " + by)
                        .fix("give it another name; a target has the name of its output"));
    }
}
