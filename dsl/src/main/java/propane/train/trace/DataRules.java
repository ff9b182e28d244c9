package propane.train.trace;

import propane.data.ColumnRule;
import propane.data.Dataset;
import propane.nn.Input;
import propane.nn.Model;
import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a training asks of the examples it is given, whichever way they come.
 *
 * @param inputs the inputs
 * @param targets the targets
 * @param labels what class numbers may be, by target
 * @param rules what each target may hold
 * @param tokens the number of vectors that int32 inputs choose from, by input
 */
public record DataRules(
        List<Input> inputs,
        List<Input> targets,
        Map<String, Labels> labels,
        Map<String, ColumnRule.Numbers> rules,
        Map<String, Integer> tokens) {
    /**
     * Returns the rules of a training: what its losses say, and what the graph of its step does.
     *
     * @param values what the step comes to
     */
    public static DataRules of(TrainingSpec training, List<Tensor> values) {
        var labels = new LinkedHashMap<>(training.labels());
        var tokens = new LinkedHashMap<>(tokens(training.model()));
        LabelRange.of(values)
                .forEach((port, allowed) -> {
                    if (training.targets().stream().anyMatch(each -> each.name().equals(port))) {
                        labels.putIfAbsent(port, allowed);
                    } else if (allowed.ignored().isEmpty()) {
                        tokens.merge(port, allowed.classes(), Math::min);
                    }
                });
        var rules = TargetRules.of(training, values);
        return new DataRules(training.model().inputs(), training.targets(), labels, rules, tokens);
    }

    /**
     * Returns whether values of a type do for a target: of the target's, one number an example
     * whatever axes of length 1 it has, and whole numbers where some numbers only are taken.
     *
     * @param given the type of one example
     */
    public boolean takes(Input target, TensorType given) {
        boolean isOne = target.shape().size() == 1 && given.shape().size() == 1;
        boolean isWhole = given.dtype() == DType.INT32 && takesWhole(target.name());
        return (isOne || given.shape().equals(target.shape()))
                && (isWhole || given.dtype() == target.dtype());
    }

    private boolean takesWhole(String target) {
        return rules.get(target).range() != ColumnRule.Range.ANY;
    }

    /**
     * Returns the examples with whole numbers as fractions where targets are fractions.
     *
     * @param ports the port of each column
     */
    public Dataset fitted(Dataset data, Map<String, String> ports) {
        Dataset fitted = data;
        for (Input target : targets) {
            if (target.dtype() == DType.FLOAT32) {
                for (String column : columns(target.name(), ports).toList()) {
                    fitted = fitted.floatTarget(column);
                }
            }
        }
        return fitted;
    }

    /**
     * Returns the number of vectors that int32 inputs of a model choose from, by input. An engine
     * reads beside a table of vectors, or its nearest row, without a word, so that numbers are
     * looked at before.
     */
    public static Map<String, Integer> tokens(Model model) {
        if (model.inputs().stream().noneMatch(input -> input.dtype() == DType.INT32)) {
            return Map.of();
        }
        var tokens = new LinkedHashMap<String, Integer>();
        LabelRange.of(List.copyOf(model.dryOutputs().values()))
                .forEach((port, allowed) -> {
                    if (allowed.ignored().isEmpty()) {
                        tokens.put(port, allowed.classes());
                    }
                });
        return tokens;
    }

    /**
     * Checks the numbers that choose something, and what targets hold: of examples in memory at
     * once, of others as they are read.
     *
     * @param ports the port of each column
     * @return the examples, held to that
     * @throws DataException if a label is not one of the classes, or a token has no vector
     */
    public Dataset require(Dataset data, Map<String, String> ports) {
        Dataset held = data;
        for (var each : labels.entrySet()) {
            Labels allowed = each.getValue();
            var rule = new ColumnRule.Labels(allowed.classes(), allowed.ignored());
            held = required(held, each.getKey(), ports, rule);
        }
        for (var each : rules.entrySet()) {
            held = required(held, each.getKey(), ports, each.getValue());
        }
        for (var each : tokens.entrySet()) {
            held = required(held, each.getKey(), ports, new ColumnRule.Tokens(each.getValue()));
        }
        return held;
    }

    private static Dataset required(
            Dataset data, String port, Map<String, String> ports, ColumnRule rule) {
        Dataset held = data;
        for (String column : columns(port, ports).toList()) {
            held = held.require(column, rule);
        }
        return held;
    }

    /** Returns the column of a port; none where the data lack it, which may go unread. */
    private static Stream<String> columns(String port, Map<String, String> ports) {
        return ports.entrySet().stream()
                .filter(entry -> entry.getValue().equals(port))
                .map(Map.Entry::getKey);
    }
}
