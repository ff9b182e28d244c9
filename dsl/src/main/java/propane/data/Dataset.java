package propane.data;

import propane.spi.Preconditions;
import propane.spi.op.CounterRandom;
import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples: named inputs and named targets, each with one value an example. Immutable; every method
 * that changes something returns another data set over the same memory, or the same source.
 *
 * <p>What {@code of}, {@code csv} and {@code idx} make lies in memory. What {@link #from} makes is
 * read from a {@link DataSource} batch by batch, and nothing of it is kept but row numbers, four
 * bytes each, where it is shuffled or split at random. Both give the same to the last bit.
 *
 * <p>Where there is one input and one target, they are called {@code input} and {@code target}
 * unless {@link #named} says otherwise. Rows are chosen ({@link #take}, {@link #split}) in the
 * order of the data; {@link #shuffle} then decides the order in which each epoch visits those
 * chosen.
 */
public final class Dataset {
    /** The name of an only input. */
    public static final String INPUT = "input";

    /** The name of an only target. */
    public static final String TARGET = "target";

    private final Table table;
    private final Rows rows;
    private final RowOrder order;

    private Dataset(Table table, Rows rows, RowOrder order) {
        this.table = table;
        this.rows = rows;
        this.order = order;
    }

    /**
     * The two parts of a data set.
     *
     * @param train the examples to train on
     * @param test the examples to measure on
     */
    public record Split(Dataset train, Dataset test) {}

    /**
     * Reads a table whose first row names the columns. One column is the target, an int32 class
     * number of shape []; all others are the input, float32 of shape [columns], in the order of the
     * file.
     *
     * @param file where to read; a relative path that the current folder lacks is looked for beside
     *     the script ({@link DataSource#file})
     * @param labelColumn the name of the target's column
     * @throws FormatException if there is no such file, it is empty, no CSV, or a row has more or
     *     fewer values than the header; names file and line
     * @throws UnknownNameException if there is no such column; names the nearest
     * @throws DataException if a value is no finite number or a label no whole number from 0; names
     *     file, line, column and text
     */
    public static Dataset csv(Path file, String labelColumn) {
        Preconditions.given("csv: file", file);
        Preconditions.given("csv: labelColumn", labelColumn);
        var columns = List.of(labelColumn);
        return from(CsvTable.read(DataFiles.resolve(file), columns, true).source());
    }

    /**
     * Reads a table whose first row names the columns, to learn numbers rather than classes: the
     * target is float32 of shape [targetColumns].
     *
     * @param file where to read, as for {@link #csv(Path, String)}
     * @param targetColumns the names of the target's columns, in the order wanted
     * @throws FormatException if the file is no such table
     * @throws UnknownNameException if a column is not there; names the nearest
     * @throws DataException if a value is no finite number, but for a target that is missing: empty
     *     or NaN; names file, line, column and text
     */
    public static Dataset csv(Path file, List<String> targetColumns) {
        Preconditions.given("csv: file", file);
        Preconditions.given("csv: targetColumns", targetColumns);
        return from(CsvTable.read(DataFiles.resolve(file), targetColumns, false).source());
    }

    /**
     * Reads images and their class numbers from two IDX files, the format of MNIST, packed by gzip
     * or not. The input is float32, from 0 to 255, of the shape of one image, mostly [height,
     * width]; the target an int32 class number of shape [].
     *
     * @param images where to read the images, as for {@link #csv(Path, String)}
     * @param labels where to read the class numbers
     * @throws FormatException if there is no such file, it is no IDX file of unsigned bytes, or is
     *     cut short
     * @throws DataException if there are not as many class numbers as images
     */
    public static Dataset idx(Path images, Path labels) {
        Preconditions.given("idx: images", images);
        Preconditions.given("idx: labels", labels);
        return from(IdxFile.source(DataFiles.resolve(images), DataFiles.resolve(labels)));
    }

    /**
     * Returns the examples of a source, without reading any: a batch asks for those it has. They
     * are used as examples in memory are, but for what needs to know all of them: {@link #classes}
     * and {@link #stratifiedSplit(double, long)} read each once, and parts that lack a class are
     * not told. What no training takes is an error as the batch is read, before a step is made of
     * it: values that are not finite, class numbers and tokens out of range.
     *
     * @param source where the examples come from; it stays open as long as it is read from
     * @throws DataException if the source has no input, a column that is neither float32 nor int32,
     *     or 2³¹ − 8 examples or more
     * @throws UnknownNameException if two columns have one name
     */
    public static Dataset from(DataSource source) {
        Preconditions.given("from: source", source);
        var table = Table.of(source);
        return new Dataset(table, table.rows(), new RowOrder.AsGiven());
    }

    /**
     * Returns examples of float32 vectors with class numbers.
     *
     * @param x one row an example, all of one length
     * @param labels one class number an example; other numbers are for losses that ignore them
     * @throws ShapeException if rows differ in length or there are not as many labels as rows
     * @throws DataException if a value is not finite; names the example
     */
    public static Dataset of(float[][] x, int[] labels) {
        Preconditions.given("of: x", x);
        Preconditions.given("of: labels", labels);
        return of(NDArray.of(x), NDArray.of(labels));
    }

    /**
     * Returns examples of float32 vectors with float32 vectors to learn.
     *
     * @throws ShapeException if rows differ in length or the two in the number of rows
     * @throws DataException if a value is not finite, but for a target that is missing, NaN; names
     *     the example
     */
    public static Dataset of(float[][] x, float[][] y) {
        Preconditions.given("of: x", x);
        Preconditions.given("of: y", y);
        return of(NDArray.of(x), NDArray.of(y));
    }

    /**
     * Returns examples with something to learn. The first axis of both counts the examples.
     *
     * @throws ShapeException if they differ in the number of examples
     * @throws DataException if a value is not finite, but for a target that is missing, NaN; names
     *     the example
     */
    public static Dataset of(NDArray x, NDArray y) {
        Preconditions.given("of: x", x);
        Preconditions.given("of: y", y);
        return of(single(INPUT, x), single(TARGET, y));
    }

    /**
     * Returns examples with nothing to learn from a target. The first axis counts the examples.
     *
     * @throws DataException if a value is not finite; names the example
     */
    public static Dataset of(NDArray x) {
        Preconditions.given("of: x", x);
        return of(single(INPUT, x), Map.of());
    }

    /**
     * Returns examples of several named inputs and targets. The first axis of each counts the
     * examples. Int32 stays int32; every other element type becomes float32.
     *
     * @param inputs the inputs by name, at least one
     * @param targets the targets by name; there may be none
     * @throws ShapeException if they differ in the number of examples
     * @throws DataException if a value is not finite, but for a target that is missing, NaN; names
     *     the example
     */
    public static Dataset of(Map<String, NDArray> inputs, Map<String, NDArray> targets) {
        Preconditions.given("of: inputs", inputs);
        Preconditions.given("of: targets", targets);
        int size = new Batch(inputs, targets).size();
        Columns.requireDistinct(inputs.keySet(), targets.keySet());
        return from(ArraySource.of(inputs, targets, size));
    }

    private static <T> Map<String, T> single(String name, T value) {
        return new LinkedHashMap<>(Map.of(name, value));
    }

    /**
     * Returns these examples with the only input under another name.
     *
     * @throws UnknownNameException if there are several inputs
     */
    public Dataset named(String input) {
        Preconditions.given("named: input", input);
        return with(table.withInputs(single(input, Columns.only("data: input", table.inputs()))));
    }

    /**
     * Returns these examples with the only input and the only target under other names.
     *
     * @throws UnknownNameException if there are several of one of them
     */
    public Dataset named(String input, String target) {
        Preconditions.given("named: input", input);
        Preconditions.given("named: target", target);
        var inputs = single(input, Columns.only("data: input", table.inputs()));
        var targets = single(target, Columns.only("data: target", table.targets()));
        Columns.requireDistinct(inputs.keySet(), targets.keySet());
        return with(new Table(table.source(), inputs, targets, table.checks()));
    }

    /**
     * Returns these examples with one more input: float32 standard normal numbers, others in each
     * epoch and for each example, the same whenever asked again.
     *
     * @param name the input's name, which also seeds the numbers
     * @param dims the shape of one example
     */
    public Dataset withNoise(String name, int... dims) {
        Preconditions.given("withNoise: name", name);
        Preconditions.given("withNoise: dims", dims);
        return withNoise(CounterRandom.stream(name), name, dims);
    }

    /**
     * Returns these examples with one more input of normal numbers, as {@link #withNoise(String,
     * int...)}, of a seed of one's own.
     */
    public Dataset withNoise(long seed, String name, int... dims) {
        Preconditions.given("withNoise: name", name);
        Preconditions.given("withNoise: dims", dims);
        var more = new LinkedHashMap<>(table.inputs());
        if (more.put(name, new View.Noise(seed, Shape.shape(dims))) != null) {
            throw new UnknownNameException("data: there is an input " + name + " already");
        }
        return with(table.withInputs(more));
    }

    /**
     * Returns these examples with the only input in another shape.
     *
     * @param dims the shape of one example
     * @throws ShapeException if it has not as many elements as the input
     * @throws UnknownNameException if there are several inputs
     */
    public Dataset reshape(int... dims) {
        Preconditions.given("reshape: dims", dims);
        var shape = Shape.shape(dims);
        return changeInput(new Change.Reshape(shape));
    }

    /**
     * Returns these examples with the only input, an image [height, width, channels], as [channels,
     * height, width], which {@code image(…)}, convolutions and pools take.
     *
     * @throws ShapeException if an example has not three axes
     * @throws UnknownNameException if there are several inputs
     */
    public Dataset channelsFirst() {
        View only = Columns.only("data: input", table.inputs());
        return changeInput(Columns.channelsFirst(only.type().shape()));
    }

    /**
     * Returns these examples with every element of the only input multiplied.
     *
     * @throws DataException if the input is not float32, or the factor or a product not finite; of
     *     a source, a product as it is read
     * @throws UnknownNameException if there are several inputs
     */
    public Dataset scale(double factor) {
        return changeInput(new Change.Scale(factor));
    }

    private Dataset changeInput(Change change) {
        Columns.only("data: input", table.inputs());
        return with(table.changed(table.inputs().keySet().iterator().next(), change));
    }

    private Dataset with(Table changed) {
        return new Dataset(changed, rows, order);
    }

    private Dataset with(Rows chosen) {
        return new Dataset(table, chosen, order);
    }

    /**
     * Returns these examples in an order that differs from epoch to epoch and depends on nothing
     * but seed and epoch.
     */
    public Dataset shuffle(long seed) {
        return new Dataset(table, rows, new RowOrder.Shuffled(seed));
    }

    /** Returns whether {@link #shuffle} gave each epoch an order of its own. */
    public boolean isShuffled() {
        return order instanceof RowOrder.Shuffled;
    }

    /** Returns in which order an epoch has its examples, in words. */
    public String order() {
        return switch (order) {
            case RowOrder.AsGiven _ -> "in the order of the data";
            case RowOrder.Shuffled(long seed) -> "shuffled by the seed " + seed;
        };
    }

    /**
     * Returns two parts, their examples chosen at random and left in the order of the data. Where a
     * part lacks a class that the other has, a line on the standard error says so.
     *
     * @param trainFraction the share of the first part, between 0 and 1
     * @param seed decides which; the same seed, the same parts
     * @throws DataException if a part would be empty
     */
    public Split split(double trainFraction, long seed) {
        return parts(Splits.drawn(table, rows, trainFraction, seed));
    }

    /**
     * Returns two parts chosen at random that have each class of the only int32 target in the same
     * share, and left in the order of the data; a class of two examples or more is in both.
     *
     * @param trainFraction the share of the first part, between 0 and 1
     * @param seed decides which; the same seed, the same parts
     * @throws DataException if there is no such target, or several, or a part would be empty
     */
    public Split stratifiedSplit(double trainFraction, long seed) {
        return stratifiedSplit(trainFraction, seed, Columns.onlyLabels(table.targets()));
    }

    /**
     * Returns two parts as {@link #stratifiedSplit(double, long)} does, by one of several targets.
     *
     * @param target the name of an int32 target with one class number an example
     * @throws DataException if the target holds no class numbers, or a part would be empty
     */
    public Split stratifiedSplit(double trainFraction, long seed, String target) {
        Preconditions.given("stratifiedSplit: target", target);
        return parts(Splits.stratified(table, rows, trainFraction, seed, target));
    }

    /**
     * Returns the first examples and the rest. Where a part lacks a class that the other has, as
     * where data are sorted by class, a line on the standard error says so.
     *
     * @param count the number of examples of the first part
     * @throws DataException if a part would be empty
     */
    public Split splitAt(int count) {
        return parts(Splits.at(table, rows, count));
    }

    private Split parts(Splits.Parts parts) {
        return new Split(with(parts.first()), with(parts.second()));
    }

    /** Returns the first examples, all if there are no more than that. */
    public Dataset take(int count) {
        int first =
                Math.min(Preconditions.atLeast(0, "take: the number of examples", count), size());
        return with(rows.slice(0, first));
    }

    /**
     * Returns the batches of the first epoch as concrete arrays, made one by one as they are asked
     * for.
     *
     * @param size the number of examples of a batch; the last may have fewer
     */
    public Iterable<Batch> batches(int size) {
        return batches(size, 0);
    }

    /**
     * Returns the batches of an epoch as concrete arrays, made one by one as they are asked for.
     *
     * @param size the number of examples of a batch; the last may have fewer
     * @param epoch the epoch, from 0; decides order and noise
     */
    public Iterable<Batch> batches(int size, int epoch) {
        reader(size);
        return () -> reader(size).batches(epoch);
    }

    /** Returns all examples as one batch, in the order of the first epoch. */
    public Batch all() {
        if (size() == 0) {
            throw new DataException("data: there is no example");
        }
        return reader(size()).read(0, 0);
    }

    /**
     * Returns a reader that copies batches into native memory without allocating: what a training
     * run reads its data through.
     *
     * @param batchSize the number of examples of a batch
     */
    public BatchReader reader(int batchSize) {
        return new BatchReader(table, rows, order, batchSize);
    }

    /** Returns the number of examples. */
    public int size() {
        return rows.size();
    }

    /**
     * Returns the number of classes: 1 + the largest label of the only int32 target. All parts of
     * one data set agree on it.
     *
     * @throws DataException if there is no such target, or several
     */
    public int classes() {
        return Labels.classes(table);
    }

    /** Returns the types of one example of each input, by name. */
    public Map<String, TensorType> inputs() {
        return Table.types(table.inputs());
    }

    /** Returns the types of one example of each target, by name. */
    public Map<String, TensorType> targets() {
        return Table.types(table.targets());
    }

    /**
     * Holds these examples to what a training takes: those in memory now, others as they are read.
     *
     * @param column the name of an input or target
     * @param rule what it may hold
     * @return these examples, held to it
     * @throws DataException if it holds something else; names the example, of a file file and line
     * @throws UnknownNameException if there is no such input or target
     */
    public Dataset require(String column, ColumnRule rule) {
        Preconditions.given("require: column", column);
        Preconditions.given("require: rule", rule);
        return with(table.require(column, rule, rows));
    }

    /**
     * Returns these examples with an int32 target as float32 numbers; another target stays as it
     * is.
     *
     * @param target the target's name
     * @throws DataException if a number is beyond ±2²⁴, from where float32 lacks some; of a source,
     *     as it is read
     */
    public Dataset floatTarget(String target) {
        Preconditions.given("floatTarget: target", target);
        return table.target(target).type().dtype() == DType.INT32
                ? with(table.changed(target, new Change.Fractions()))
                : this;
    }

    /**
     * Returns where an example came from, for messages: {@code digits.csv:17}, {@code example 17}.
     *
     * @param index which one, from 0, in the order of the data
     */
    public String place(int index) {
        return table.source().place(rows.at(index));
    }

    /** Returns for example {@code 1500 examples: {input=fp32[8, 8]} → {target=int32[]}}. */
    @Override
    public String toString() {
        return table.text(size());
    }
}
