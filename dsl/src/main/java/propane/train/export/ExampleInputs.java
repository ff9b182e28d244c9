package propane.train.export;

import propane.nn.Input;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.train.option.ExportOption;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Examples that predictions are compared on.
 *
 * @param values the examples by input, each [n, …], 32 at most
 * @param origin where they come from, for messages
 */
public record ExampleInputs(Map<String, NDArray> values, String origin) {
    private static final int MOST = ExportOption.CompareOn.MOST;
    private static final long SEED = 32;

    /** How many token numbers there are where the model does not tell. */
    private static final int FEWEST_TOKENS = 2;

    /** Returns examples that a user gave; of one input under any name. */
    static ExampleInputs given(List<Input> inputs, Map<String, NDArray> given) {
        boolean isOnly = inputs.size() == 1 && given.size() == 1;
        Map<String, NDArray> named =
                isOnly ? Map.of(inputs.getFirst().name(), given.values().iterator().next()) : given;
        return new ExampleInputs(first(named), "given");
    }

    /** Returns examples of a batch that a model was trained on. */
    static ExampleInputs trainedOn(Map<String, NDArray> batch) {
        return new ExampleInputs(first(batch), "trained on last");
    }

    /**
     * Draws examples, always the same: fractions normally distributed around 0 with a deviation of
     * 1, token numbers evenly.
     *
     * @param tokens the number of token numbers by input
     */
    public static ExampleInputs drawn(List<Input> inputs, Map<String, Integer> tokens) {
        var random = new Random(SEED);
        var values = new LinkedHashMap<String, NDArray>();
        for (Input input : inputs) {
            Port port = input.port(MOST);
            int below = tokens.getOrDefault(input.name(), FEWEST_TOKENS);
            double[] elements = new double[port.type().shape().size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] =
                        input.dtype() == DType.INT32
                                ? random.nextInt(below)
                                : random.nextGaussian();
            }
            values.put(input.name(), NDArray.of(elements, port.type()));
        }
        return new ExampleInputs(values, "drawn");
    }

    private static Map<String, NDArray> first(Map<String, NDArray> all) {
        var first = new LinkedHashMap<String, NDArray>();
        all.forEach((name, value) ->
                first.put(
                        name,
                        value.shape().rank() == 0
                                ? value
                                : value.slice(0, Math.min(MOST, value.shape().dim(0)))));
        return first;
    }

    /** Returns one example, as a batch of one. */
    public Map<String, NDArray> at(int example) {
        var one = new LinkedHashMap<String, NDArray>();
        values.forEach((name, value) -> one.put(name, value.slice(example, example + 1)));
        return one;
    }

    /** Returns how many there are. */
    int count() {
        return values.values().iterator().next().shape().dim(0);
    }

    /** Returns in words how many they are and where they come from. */
    @Override
    public String toString() {
        return count() + (count() == 1 ? " example " : " examples ") + origin;
    }
}
