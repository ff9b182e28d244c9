package propane.differential;

import propane.data.Batch;
import propane.data.Dataset;
import propane.nn.Input;
import propane.nn.Model;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Drawn examples for a drawn training.
 *
 * @param inputs the inputs by name
 * @param targets the targets by name, weights among them
 * @param whole the targets that are given as whole numbers
 */
record DrawnData(Map<String, NDArray> inputs, Map<String, NDArray> targets, Set<String> whole) {
    static DrawnData draw(DrawnTraining training, Model model) {
        var dice = new Dice(training.seed() + 1_000_003);
        int n = training.loop().examples();
        var inputs = new LinkedHashMap<String, NDArray>();
        // Exact zeros and whole examples of zeros now and then.
        double zeros = dice.chance(0.15) ? 0.3 : 0;
        for (Input input : training.model().inputs()) {
            TensorType type = input.port(n).type();
            inputs.put(
                    input.name(),
                    type.dtype() == DType.FLOAT32
                            ? numbers(dice, type, zeros)
                            : training.model().vocabulary() > 0
                                    ? whole(dice, type, 0, training.model().vocabulary() - 1)
                                    : mask(dice, type));
        }
        var targets = new LinkedHashMap<String, NDArray>();
        var whole = new HashSet<String>();
        for (var task : training.tasks().entrySet()) {
            String output = task.getKey();
            String target = training.target(output);
            TensorType type = task.getValue().type(model.output(output, n));
            targets.put(target, targets(dice, task.getValue(), type));
            if (task.getValue().form() == Task.Form.WHOLE) {
                whole.add(target);
            }
        }
        if (!training.triplet().isEmpty()) {
            TensorType type = training.model().inputs().getFirst().port(n).type();
            targets.put("near", numbers(dice, type, 0));
            targets.put("far", numbers(dice, type, 0));
        }
        if (training.isWeighted()) {
            Shape shape = Shape.shape(training.weighted(model)).prepend(n);
            double[] trust = new double[shape.size()];
            Arrays.setAll(trust, _ -> dice.chance(0.2) ? 0 : dice.real(0.1, 3));
            targets.put(DrawnTraining.TRUST, NDArray.of(trust, TensorType.float32(shape)));
        }
        return new DrawnData(inputs, targets, whole);
    }

    private static NDArray numbers(Dice dice, TensorType type, double zeros) {
        int each = type.shape().size() / type.shape().dim(0);
        double[] values = new double[type.shape().size()];
        boolean isEmpty = false;
        for (int i = 0; i < values.length; i++) {
            if (i % each == 0) {
                isEmpty = dice.chance(zeros / 2);
            }
            values[i] = isEmpty || dice.chance(zeros) ? 0 : dice.normal();
        }
        return NDArray.of(values, type);
    }

    private static NDArray whole(Dice dice, TensorType type, int low, int high) {
        double[] values = new double[type.shape().size()];
        Arrays.setAll(values, _ -> dice.between(low, high));
        return NDArray.of(values, type);
    }

    /** Each query sees one key at least: of none PyTorch makes no number. */
    private static NDArray mask(Dice dice, TensorType type) {
        int length = type.shape().dim(-1);
        double[] values = new double[type.shape().size()];
        for (int row = 0; row < values.length; row += length) {
            int seen = row / length % length;
            for (int i = 0; i < length; i++) {
                values[row + i] = i <= seen && i == 0 || dice.chance(0.6) ? 1 : 0;
            }
        }
        return NDArray.of(values, type);
    }

    private static NDArray targets(Dice dice, Task task, TensorType type) {
        double[] values = new double[type.shape().size()];
        switch (task.target()) {
            case LABELS ->
                    Arrays.setAll(
                            values,
                            _ ->
                                    !task.ignored().isEmpty() && dice.chance(0.2)
                                            ? task.ignored().getFirst()
                                            : dice.between(0, task.units() - 1));
            case SPELLINGS -> spell(dice, values, type.shape().dim(-1), task.units());
            case SHARES -> share(dice, values, type.shape().dim(-1));
            case BITS -> Arrays.setAll(values, _ -> dice.between(0, 1));
            case SIGNS -> Arrays.setAll(values, _ -> dice.chance(0.5) ? 1 : -1);
            case FRACTIONS -> Arrays.setAll(values, _ -> dice.real(0.001, 1));
            case NUMBERS -> Arrays.setAll(values, _ -> dice.normal());
        }
        if (task.form() == Task.Form.MISSING) {
            Arrays.setAll(values, i -> dice.chance(0.25) ? Double.NaN : values[i]);
        }
        return NDArray.of(values, type);
    }

    /** Fills rows with some labels above the blank, and what fills up after them. */
    private static void spell(Dice dice, double[] values, int length, int classes) {
        for (int row = 0; row < values.length; row += length) {
            int labels = dice.between(1, length);
            int filling = dice.chance(0.5) ? -1 : 0;
            for (int i = 0; i < length; i++) {
                values[row + i] = i < labels ? dice.between(1, classes - 1) : filling;
            }
        }
    }

    private static void share(Dice dice, double[] values, int classes) {
        for (int row = 0; row < values.length; row += classes) {
            double sum = 0;
            for (int i = 0; i < classes; i++) {
                values[row + i] = Math.exp(dice.normal());
                sum += values[row + i];
            }
            for (int i = 0; i < classes; i++) {
                values[row + i] /= sum;
            }
        }
    }

    Dataset dataset() {
        return Dataset.of(inputs, given());
    }

    /** Returns the targets as they are given. */
    private Map<String, NDArray> given() {
        var given = new LinkedHashMap<>(targets);
        for (String name : whole) {
            NDArray numbers = targets.get(name);
            Shape shape = numbers.shape();
            // Of a single output the last axis goes without saying.
            boolean isOne = shape.dim(-1) == 1;
            Shape of = isOne ? new Shape(shape.dims().subList(0, shape.rank() - 1)) : shape;
            given.put(name, NDArray.of(numbers.doubles(), TensorType.int32(of)));
        }
        return given;
    }

    /** Returns the batches of all epochs in order. */
    List<Batch> batches(Loop loop) {
        var given = given();
        var batches = new ArrayList<Batch>();
        for (int epoch = 0; epoch < loop.epochs(); epoch++) {
            for (int from = 0; from < loop.examples(); from += loop.batch()) {
                int to = Math.min(loop.examples(), from + loop.batch());
                batches.add(new Batch(rows(inputs, from, to), rows(given, from, to)));
            }
        }
        return batches;
    }

    static Map<String, NDArray> rows(Map<String, NDArray> arrays, int from, int to) {
        var parts = new LinkedHashMap<String, NDArray>();
        arrays.forEach((name, array) -> parts.put(name, array.slice(from, to)));
        return parts;
    }
}
