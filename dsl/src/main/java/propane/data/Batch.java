package propane.data;

import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Some examples as concrete arrays, whose first axis counts the examples.
 *
 * @param inputs the inputs by name
 * @param targets the targets by name; none where nothing is to be learned or measured
 */
public record Batch(Map<String, NDArray> inputs, Map<String, NDArray> targets) {

    /**
     * Copies the maps and checks the arrays.
     *
     * @throws ShapeException if there is no input, an array has no axis, or the arrays differ in
     *     the number of examples
     */
    public Batch {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
        if (inputs.isEmpty()) {
            throw new ShapeException(
                    Problem.ofRule("batch: there is no input")
                            .operand("targets", targets.keySet())
                            .fix("give one input at least"));
        }
        Columns.requireSameCount("batch", inputs, targets);
    }

    /** Returns a batch of one input and one target under the names {@code input, target}. */
    public static Batch of(NDArray x, NDArray y) {
        return new Batch(Map.of(Dataset.INPUT, x), Map.of(Dataset.TARGET, y));
    }

    /** Returns a batch of one input without a target. */
    public static Batch of(NDArray x) {
        return new Batch(Map.of(Dataset.INPUT, x), Map.of());
    }

    /** Returns the number of examples. */
    public int size() {
        return inputs.values().iterator().next().shape().dim(0);
    }

    /**
     * Returns the only input.
     *
     * @throws UnknownNameException if there are several
     */
    public NDArray x() {
        return Columns.only("batch: input", inputs);
    }

    /**
     * Returns the only target.
     *
     * @throws UnknownNameException if there are several or none
     */
    public NDArray y() {
        return Columns.only("batch: target", targets);
    }

    /**
     * Returns an input or a target.
     *
     * @throws UnknownNameException if there is none of the name; names the nearest
     */
    public NDArray at(String name) {
        if (inputs.containsKey(name)) {
            return inputs.get(name);
        }
        if (targets.containsKey(name)) {
            return targets.get(name);
        }
        var names = Stream.concat(inputs.keySet().stream(), targets.keySet().stream()).toList();
        throw UnknownNameException.among("batch: none", name, names);
    }

    /** Returns for example {@code 32 examples: {input=fp32[8, 8]} → {target=int32[]}}. */
    @Override
    public String toString() {
        return size() + " examples: " + types(inputs) + " → " + types(targets);
    }

    private static Map<String, TensorType> types(Map<String, NDArray> arrays) {
        var types = new LinkedHashMap<String, TensorType>();
        arrays.forEach((name, array) -> types.put(name, array.type().with(array.shape().tail())));
        return types;
    }
}
