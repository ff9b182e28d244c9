package propane.data;

import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What data sets and batches ask of several named columns. */
final class Columns {
    private Columns() {}

    /** Returns the only value of a map. */
    static <T> T only(String what, Map<String, T> named) {
        if (named.size() != 1) {
            throw new UnknownNameException(
                    what
                            + ": asked for the only one, but there "
                            + (named.isEmpty() ? "is none" : "are " + named.keySet())
                            + "\n    to mend it: name it");
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
                        what + ": " + entry.getKey() + " has no axis that counts the examples");
            }
            if (shape.dim(0) != first.getValue().shape().dim(0)) {
                throw new ShapeException(
                        what
                                + ": the first axes count the examples and must agree; "
                                + first.getKey()
                                + " has shape "
                                + first.getValue().shape()
                                + ", "
                                + entry.getKey()
                                + " has "
                                + shape
                                + "\n    to mend it: give as many targets as examples");
            }
        }
    }

    /** Returns the column that holds an array's examples. */
    static Column of(String name, NDArray array) {
        var example = array.shape().tail();
        if (array.dtype() == DType.INT32) {
            return new Column.Ints(array.ints(), example);
        }
        float[] values = array.floats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new DataException(
                        "data: "
                                + name
                                + " holds "
                                + values[i]
                                + " in example "
                                + i / Math.max(1, example.size())
                                + ", element "
                                + i % Math.max(1, example.size())
                                + "; every value must be finite\n"
                                + "    to mend it: leave such examples away, or fill in what is"
                                + " missing");
            }
        }
        return new Column.Floats(values, example);
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
}
