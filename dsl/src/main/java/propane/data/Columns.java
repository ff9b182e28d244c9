package propane.data;

import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What data sets and batches ask of several named columns. */
final class Columns {
    /** Up to here float32 has all whole numbers. */
    static final int MOST_WHOLE = 1 << 24;

    private Columns() {}

    /** Returns the only value of a map. */
    static <T> T only(String what, Map<String, T> named) {
        if (named.size() != 1) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    what
                                            + ": asked for the only one, but there "
                                            + (named.isEmpty()
                                                    ? "is none"
                                                    : "are " + named.keySet()))
                            .fix("name it"));
        }
        return named.values().iterator().next();
    }

    /** Checks that all arrays hold the same number of examples. */
    static void requireSameCount(
            String what, Map<String, NDArray> inputs, Map<String, NDArray> targets) {
        var all = Stream.concat(inputs.entrySet().stream(), targets.entrySet().stream()).toList();
        for (Map.Entry<String, NDArray> entry : all) {
            var shape = entry.getValue().shape();
            var first = all.getFirst();
            if (shape.rank() == 0) {
                throw new ShapeException(
                        Problem.ofRule(
                                        what
                                                + ": "
                                                + entry.getKey()
                                                + " has no axis that counts the examples")
                                .operand(entry.getKey(), entry.getValue()));
            }
            if (shape.dim(0) != first.getValue().shape().dim(0)) {
                throw new ShapeException(
                        Problem.ofRule(
                                        what
                                                + ": the first axes count the examples and must"
                                                + " agree; "
                                                + first.getKey()
                                                + " has shape "
                                                + first.getValue().shape()
                                                + ", "
                                                + entry.getKey()
                                                + " has "
                                                + shape)
                                .operand(first.getKey(), first.getValue())
                                .operand(entry.getKey(), entry.getValue())
                                .fix("give as many targets as examples"));
            }
        }
    }

    /**
     * Returns the column that holds an array's examples.
     *
     * @param isTarget whether a value may be missing, as NaN
     */
    static Stored of(String name, NDArray array, boolean isTarget) {
        var example = array.shape().tail();
        if (array.dtype() == DType.INT32) {
            return new Stored.Ints(array.ints(), example);
        }
        float[] values = array.floats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i]) && !(isTarget && Float.isNaN(values[i]))) {
                int size = Math.max(1, example.size());
                throw notFinite("data", name, values[i], " in example " + i / size, i % size);
            }
        }
        return new Stored.Floats(values, example);
    }

    /** Returns the error of a value that is infinite, or not there. */
    static DataException notFinite(
            String place, String name, float value, String example, int element) {
        return new DataException(
                Problem.ofRule(
                                place
                                        + ": "
                                        + name
                                        + " holds "
                                        + value
                                        + example
                                        + ", element "
                                        + element
                                        + "; every value must be finite")
                        .fix("leave such examples away, or fill in what is missing"));
    }

    /** Returns whole numbers as fractions. */
    static Stored.Floats floats(String name, Stored.Ints ints) {
        float[] values = new float[ints.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = ints.values()[i];
            if (Math.abs(values[i]) > MOST_WHOLE) {
                throw notWhole("data", name, ints.values()[i]);
            }
        }
        return new Stored.Floats(values, ints.example());
    }

    /** Returns the error of a whole number that float32 has not. */
    static DataException notWhole(String place, String name, int number) {
        return new DataException(
                Problem.ofRule(
                                place
                                        + ": the "
                                        + name
                                        + " holds "
                                        + number
                                        + ", which float32 may lack")
                        .fix("give smaller numbers"));
    }

    /** Returns the error of a product that float32 has not. */
    static DataException notScaled(String place, double factor, float value) {
        return new DataException(
                place + ": scale(" + factor + ") of " + value + " is no finite float32");
    }

    /** Checks that no name stands twice among inputs and targets. */
    static void requireDistinct(Collection<String> inputs, Collection<String> targets) {
        for (String name : List.copyOf(targets)) {
            if (inputs.contains(name)) {
                throw new UnknownNameException(
                        "data: the name " + name + " stands for an input and for a target");
            }
        }
    }

    /** Returns the name of the only target of class numbers. */
    static String onlyLabels(Map<String, View> targets) {
        var names = ints(targets);
        if (names.size() != 1) {
            throw new DataException(
                    Problem.ofRule(
                                    "data: stratifiedSplit needs one int32 target; there are "
                                            + names)
                            .fix("name one, stratifiedSplit(fraction, seed, \"…\")"));
        }
        return names.getFirst();
    }

    /** Returns the names of the columns of whole numbers. */
    static List<String> ints(Map<String, View> columns) {
        return columns.entrySet().stream()
                .filter(entry -> entry.getValue().type().dtype() == DType.INT32)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Requires a target with one class number an example. */
    static void requireLabels(String name, TensorType type) {
        if (type.dtype() != DType.INT32 || type.shape().size() != 1) {
            throw new DataException(
                    Problem.ofRule(
                                    "data: stratifiedSplit needs a target with one class number an"
                                            + " example; "
                                            + name
                                            + " is "
                                            + type)
                            .operand(name, type)
                            .fix("split(fraction, seed)"));
        }
    }

    /** Returns what brings an image's channels before its height and width. */
    static Change channelsFirst(Shape shape) {
        if (shape.rank() != 3) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "data: channelsFirst needs examples [height, width, channels],"
                                            + " got "
                                            + shape)
                            .operand("example", shape)
                            .fix(
                                    (shape.rank() == 2
                                            ? "reshape(1, "
                                                    + shape.dim(0)
                                                    + ", "
                                                    + shape.dim(1)
                                                    + ") gives images of one channel that axis"
                                            : "give images")));
        }
        int places = shape.dim(0) * shape.dim(1);
        int channels = shape.dim(2);
        int[] from = new int[places * channels];
        for (int i = 0; i < from.length; i++) {
            from[i] = i % places * channels + i / places;
        }
        return new Change.Rearrangement(from, Shape.shape(channels, shape.dim(0), shape.dim(1)));
    }

    /** Returns the error of a label that the model has no class for. */
    static DataException noClass(String place, String target, int label, int classes) {
        return new DataException(
                Problem.ofRule(
                                place
                                        + ": the "
                                        + target
                                        + " is "
                                        + label
                                        + "; the model tells "
                                        + classes
                                        + " classes apart, 0 to "
                                        + (classes - 1))
                        .operand(target, label)
                        .operand("classes", classes)
                        .fix(
                                "give the model as many outputs as there are classes, or correct"
                                        + " the data; labels that are not to count are named by"
                                        + " ignoreIndex(…) of the loss"));
    }

    /** Returns the error of a token that the embedding has no vector for. */
    static DataException noToken(String place, String input, int token, int vocabulary) {
        return new DataException(
                Problem.ofRule(
                                place
                                        + ": the "
                                        + input
                                        + " holds the token number "
                                        + token
                                        + "; the embedding has vectors for 0 to "
                                        + (vocabulary - 1))
                        .operand(input, token)
                        .operand("vocabulary", vocabulary)
                        .fix("give the embedding a larger vocabulary, or correct the data"));
    }
}
