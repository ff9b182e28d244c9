package propane.coreml.mil;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One operation in a MIL program, whether or not Propane has it.
 *
 * @param op its name in MIL, for example {@code conv}
 * @param inputs what it takes, by parameter
 * @param outputs what it makes
 * @param isNested whether it stands in a branch or loop
 */
public record MilCall(
        String op, Map<String, List<MilValue>> inputs, List<MilValue> outputs, boolean isNested) {
    /** Copies the map and list. */
    public MilCall {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = List.copyOf(outputs);
    }

    /** Returns the first value that is bound to a parameter, if there is one. */
    public Optional<MilValue> input(String parameter) {
        return inputs.getOrDefault(parameter, List.of()).stream().findFirst();
    }

    /** Returns the operands that are not known when the program is compiled. */
    public List<MilValue> operands() {
        return inputs.values().stream()
                .flatMap(List::stream)
                .filter(value -> !value.isConstant())
                .toList();
    }

    /** Returns operands and results: what is touched when the operation runs. */
    public List<MilValue> touched() {
        return Stream.concat(operands().stream(), outputs.stream()).toList();
    }

    /**
     * Returns the whole numbers of a constant parameter, none where it is not given or not known.
     */
    public List<Integer> wholes(String parameter) {
        return input(parameter)
                .map(value -> value.numbers().stream().map(Double::intValue).toList())
                .orElse(List.of());
    }

    /** Returns a truth value of a constant parameter; false where it is not given. */
    public boolean isSet(String parameter) {
        return wholes(parameter).contains(1);
    }

    /** Returns whether its name is one of some. */
    public boolean isOne(String... names) {
        return List.of(names).contains(op);
    }

    /** Returns what it makes, its name and what it takes, constants left out. */
    @Override
    public String toString() {
        return outputs + " = " + op + operands();
    }
}
