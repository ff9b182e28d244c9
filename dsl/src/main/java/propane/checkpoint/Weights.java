package propane.checkpoint;

import propane.safetensors.Safetensors;
import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.DTypeException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The values of a model's weights, by path. Immutable; two are equal when paths, types and every
 * bit of every value are.
 *
 * @param arrays the arrays by path, in order
 */
public record Weights(Map<String, NDArray> arrays) {
    private static final String FORMAT = "propane.weights";

    /** Copies the map; its order stays. */
    public Weights {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /** Returns weights without any array, to be filled by {@link #with}. */
    public static Weights none() {
        return new Weights(Map.of());
    }

    /**
     * Reads a safetensors file: weights, those of a checkpoint, or any other program's.
     *
     * @param file where to read
     * @return the arrays; of a checkpoint its weights and running statistics
     * @throws FormatException if the file cannot be read or is not such a file; names the file and
     *     the field
     */
    public static Weights read(Path file) {
        Preconditions.given("read: file", file);
        Safetensors read = Safetensors.read(file);
        if (CheckpointFile.isOne(read)) {
            Checkpoint checkpoint = CheckpointFile.parse(read, file.toString());
            var model = new LinkedHashMap<>(checkpoint.weights().arrays());
            model.putAll(checkpoint.statistics().arrays());
            return new Weights(model);
        }
        return new Weights(read.arrays());
    }

    /**
     * Writes a safetensors file, whole or not at all. The same weights make the same bytes.
     *
     * @param file where to write; its folder must exist
     * @throws PropaneException if the file could not be written; what stood there is untouched then
     */
    public void write(Path file) {
        Preconditions.given("write: file", file);
        new Safetensors(Map.of("format", FORMAT), arrays).write(file);
    }

    /** Returns the paths in order. */
    public List<String> paths() {
        return List.copyOf(arrays.keySet());
    }

    /** Returns whether there is an array at a path. */
    public boolean has(String path) {
        Preconditions.given("has: path", path);
        return arrays.containsKey(path);
    }

    /**
     * Returns the array at a path.
     *
     * @throws UnknownNameException if there is none; names the nearest
     */
    public NDArray at(String path) {
        Preconditions.given("at: path", path);
        NDArray array = arrays.get(path);
        if (array == null) {
            throw UnknownNameException.among("weights: none", path, arrays.keySet());
        }
        return array;
    }

    /** Returns these weights with another array at a path, or with one more after the others. */
    public Weights with(String path, NDArray array) {
        Preconditions.given("with: path", path);
        Preconditions.given("with: array", array);
        var changed = new LinkedHashMap<>(arrays);
        changed.put(path, array);
        return new Weights(changed);
    }

    /** Returns the bytes of all elements. */
    public long bytes() {
        return arrays.values().stream().mapToLong(array -> array.type().bytes()).sum();
    }

    /** Returns the number of all elements. */
    public long size() {
        return arrays.values().stream().mapToLong(NDArray::size).sum();
    }

    /**
     * Returns the sums with other weights.
     *
     * @throws ShapeException if paths, element types or shapes differ
     * @throws DTypeException if an array holds truth values
     */
    public Weights plus(Weights other) {
        Preconditions.given("plus: other", other);
        return combine("plus", other, Double::sum);
    }

    /**
     * Returns the differences from other weights.
     *
     * @throws ShapeException if paths, element types or shapes differ
     * @throws DTypeException if an array holds truth values
     */
    public Weights minus(Weights other) {
        Preconditions.given("minus: other", other);
        return combine("minus", other, (a, b) -> a - b);
    }

    /**
     * Returns the products with one number, rounded to each array's type.
     *
     * @throws DTypeException if an array holds whole numbers or truth values
     */
    public Weights scale(double factor) {
        var scaled = new LinkedHashMap<String, NDArray>();
        arrays.forEach((path, array) -> {
            if (!array.dtype().isFloat()) {
                throw new DTypeException(
                        Problem.ofRule(
                                        "weights: scale needs float arrays; "
                                                + path
                                                + " is "
                                                + array.type())
                                .operand(path, array));
            }
            scaled.put(path, map(array, value -> value * factor));
        });
        return new Weights(scaled);
    }

    private Weights combine(String rule, Weights other, DoubleBinaryOperator operator) {
        requireSamePaths(rule, other);
        var combined = new LinkedHashMap<String, NDArray>();
        arrays.forEach((path, mine) -> {
            NDArray theirs = other.at(path);
            if (!mine.type().equals(theirs.type())) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "weights: "
                                                + rule
                                                + " needs equal types; "
                                                + path
                                                + " is "
                                                + mine.type()
                                                + " here and "
                                                + theirs.type()
                                                + " there")
                                .operand("here", mine)
                                .operand("there", theirs));
            }
            if (mine.dtype() == DType.BOOL) {
                throw new DTypeException(
                        Problem.ofRule(
                                        "weights: "
                                                + rule
                                                + " needs numbers; "
                                                + path
                                                + " is "
                                                + mine.type())
                                .operand(path, mine));
            }
            double[] values = mine.doubles();
            for (int i = 0; i < values.length; i++) {
                values[i] = operator.applyAsDouble(values[i], theirs.at(i));
            }
            combined.put(path, NDArray.of(values, mine.type()));
        });
        return new Weights(combined);
    }

    private static NDArray map(NDArray array, DoubleUnaryOperator operator) {
        double[] values = array.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = operator.applyAsDouble(values[i]);
        }
        return NDArray.of(values, array.type());
    }

    private void requireSamePaths(String rule, Weights other) {
        if (!arrays.keySet().equals(other.arrays.keySet())) {
            var here = new ArrayList<>(arrays.keySet());
            here.removeAll(other.arrays.keySet());
            var there = new ArrayList<>(other.arrays.keySet());
            there.removeAll(arrays.keySet());
            throw new ShapeException(
                    Problem.ofRule(
                                    "weights: "
                                            + rule
                                            + " needs the same paths on both sides; only here: "
                                            + here
                                            + ", only there: "
                                            + there)
                            .operand("here", arrays.keySet())
                            .operand("there", other.arrays.keySet()));
        }
    }

    /** Returns number and size, for example {@code 4 weights, 2410 elements, 9640 bytes}. */
    @Override
    public String toString() {
        return arrays.size() + " weights, " + size() + " elements, " + bytes() + " bytes";
    }
}
