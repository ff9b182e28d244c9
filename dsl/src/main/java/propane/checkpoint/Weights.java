package propane.checkpoint;

import propane.interchange.ForeignWeights;
import propane.safetensors.Safetensors;
import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.DTypeException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
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
import java.util.function.BiFunction;
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
     * Reads weights: safetensors, a checkpoint, a state dictionary of PyTorch ({@code .pt}, {@code
     * .pth}, {@code .bin}), NumPy's {@code .npz}, an index of shards ({@code .index.json}) with all
     * of them, or the one of these in a folder from Hugging Face. They are told apart by what they
     * hold. Nothing in a file is run. BF16 and float64 become float32, whole numbers int32.
     *
     * @param file where to read
     * @return the arrays; of a checkpoint its weights and running statistics
     * @throws FormatException if the file cannot be read or is none of these, if it holds objects
     *     beside tensors, or several dictionaries of them; names the file and the field
     */
    public static Weights read(Path file) {
        Preconditions.given("read: file", file);
        if (ForeignWeights.isOne(file)) {
            return new Weights(ForeignWeights.read(file, ""));
        }
        return of(Safetensors.read(file), file.toString());
    }

    private static Weights of(Safetensors read, String where) {
        if (CheckpointFile.isOne(read)) {
            Checkpoint checkpoint = CheckpointFile.parse(read, where);
            var model = new LinkedHashMap<>(checkpoint.weights().arrays());
            model.putAll(checkpoint.statistics().arrays());
            return new Weights(model);
        }
        return new Weights(read.arrays());
    }

    /**
     * Reads one of the dictionaries of a file of PyTorch, as {@link #read(Path)} does the only one.
     *
     * @param entry its key, for example {@code model} in {@code {'model': …, 'optimizer': …}}; of
     *     one further inside all keys, with slashes between them
     * @throws FormatException if the file cannot be read or is none of PyTorch, or has no such
     *     dictionary of tensors; names those it has
     */
    public static Weights read(Path file, String entry) {
        Preconditions.given("read: file", file);
        Preconditions.given("read: entry", entry);
        return new Weights(ForeignWeights.read(file, entry));
    }

    /**
     * Returns how PyTorch's names become paths here, for {@link #renamed(BiFunction)}: dots become
     * slashes, before a number an underscore, so that {@code layer1.0.conv1.weight} is {@code
     * layer1_0/conv1/weight}; of norms, whose weight has one axis, {@code weight} and {@code bias}
     * become {@code gamma} and {@code beta}; {@code running_mean} and {@code running_var} become
     * {@code mean} and {@code variance}; {@code num_batches_tracked} is left out. Layers are then
     * called as PyTorch calls them if they are {@code named} so.
     */
    public static BiFunction<String, Weights, String> torch() {
        return TorchNames::path;
    }

    /**
     * Writes a safetensors file, whole or not at all. The same weights make the same bytes.
     *
     * @param file where to write; its folder must exist
     * @throws PropaneException if the file could not be written; what stood there is untouched then
     */
    public void write(Path file) {
        Preconditions.given("write: file", file);
        contents().write(file);
    }

    /**
     * Returns the bytes of the file that {@link #write} would make, to be sent or stored elsewhere.
     *
     * @throws FormatException if they are more than 2^31
     */
    public byte[] toBytes() {
        return contents().toBytes();
    }

    /**
     * Returns the weights in bytes of safetensors: what {@link #toBytes} made, or the bytes of a
     * file.
     *
     * @throws FormatException if they are not such bytes, damaged or cut short; names the field
     */
    public static Weights of(byte[] bytes) {
        Preconditions.given("of: bytes", bytes);
        return of(Safetensors.read(bytes, "weights"), "weights");
    }

    private Safetensors contents() {
        return new Safetensors(Map.of("format", FORMAT), arrays);
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

    /**
     * Returns these weights under other paths.
     *
     * @param paths new paths by old ones; the others stay
     * @throws UnknownNameException if there is nothing at an old path; names the nearest
     * @throws FormatException if two arrays would have one path
     */
    public Weights renamed(Map<String, String> paths) {
        Preconditions.given("renamed: paths", paths);
        paths.keySet().forEach(this::at);
        return renamed((path, _) -> paths.getOrDefault(path, path));
    }

    /**
     * Returns these weights under other paths.
     *
     * @param names what makes a new path of an old one and all the weights, such as {@link
     *     #torch()}; where the new one is empty the array is left out
     * @throws FormatException if two arrays would have one path
     */
    public Weights renamed(BiFunction<String, Weights, String> names) {
        Preconditions.given("renamed: names", names);
        var renamed = new LinkedHashMap<String, NDArray>();
        var before = new LinkedHashMap<String, String>();
        arrays.forEach((path, array) -> {
            String name = names.apply(path, this);
            if (name.isEmpty()) {
                return;
            }
            if (before.containsKey(name)) {
                throw new FormatException(
                        "weights: both " + before.get(name) + " and " + path + " become " + name);
            }
            before.put(name, path);
            renamed.put(name, array);
        });
        return new Weights(renamed);
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

    /**
     * Returns the mean of several models' weights, as averaging in federated learning takes it
     * (McMahan et al., 2017): the sum of all, each times its share of the sum of shares. It is
     * added up in float64 and rounded once.
     *
     * @param all the weights of each
     * @param shares how much each counts, for example its number of examples; not negative
     * @throws ShapeException if there are none, not as many shares, or paths, element types or
     *     shapes differ
     * @throws DTypeException if an array holds whole numbers or truth values
     * @throws NumericException if a share is negative or not finite, or all are 0
     */
    public static Weights mean(List<Weights> all, List<? extends Number> shares) {
        Preconditions.given("mean: all", all);
        Preconditions.given("mean: shares", shares);
        return MeanWeights.of(all, shares.stream().mapToDouble(Number::doubleValue).toArray());
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

    void requireSamePaths(String rule, Weights other) {
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
