package propane.coreml.read;

import propane.coreml.proto.Mil;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The arithmetic of weights that are stored compressed. Wrong shapes are refused. */
final class CompressedWeights {
    private CompressedWeights() {}

    /** Returns (data − offset) · scale; scale and offset have one number for a block of data. */
    static RawConstants scaled(
            RawConstants data, RawConstants scale, List<RawConstants> offset, String where) {
        requireBlocks(data.shape(), scale.shape(), where);
        double[] all = new double[data.elements().length];
        for (RawConstants each : offset) {
            require(each.shape().equals(scale.shape()), where, "offsets are as many as scales");
        }
        for (int i = 0; i < all.length; i++) {
            int block = data.block(i, scale.shape());
            double moved = offset.isEmpty() ? 0 : offset.getFirst().elements()[block];
            all[i] = (data.elements()[i] - moved) * scale.elements()[block];
        }
        return new RawConstants(all, data.shape(), scale.type());
    }

    /** Returns one number, or one for each place of an axis, as blocks of data. */
    static RawConstants along(RawConstants numbers, Shape data, int axis, String where) {
        Shape blocks = new Shape(data.dims().stream().map(_ -> 1).toList());
        int count = numbers.elements().length;
        int at = axis < 0 ? axis + data.rank() : axis;
        require(count == 1 || at >= 0 && at < data.rank(), where, "there is no axis " + axis);
        require(count == 1 || count == data.dim(at), where, "has one number for each place");
        return new RawConstants(
                numbers.elements(), count == 1 ? blocks : blocks.with(at, count), numbers.type());
    }

    /**
     * Returns what tables hold at indices. Each block of indices has a table of vectors, [blocks…,
     * entries, length]; the vectors lie along an axis.
     *
     * @param values what counts the numbers that are made
     */
    static RawConstants looked(
            RawConstants indices, RawConstants tables, int axis, Values values, String where) {
        int rank = indices.shape().rank();
        require(tables.shape().rank() == rank + 2, where, "tables have two axes more than indices");
        Shape blocks = new Shape(tables.shape().dims().subList(0, rank));
        requireBlocks(indices.shape(), blocks, where);
        int entries = tables.shape().dim(-2);
        int length = tables.shape().dim(-1);
        int at = axis < 0 ? axis + rank : axis;
        require(length == 1 || at >= 0 && at < rank, where, "there is no axis " + axis);
        Shape shape = indices.shape();
        if (length != 1) {
            shape = shape.with(at, Bounds.product(shape.dim(at), length, where));
        }
        values.expand(Bounds.product(indices.elements().length, length, where), where);
        double[] all = new double[shape.size()];
        int inner = length == 1 ? 1 : shape.strides()[at];
        for (int i = 0; i < indices.elements().length; i++) {
            int entry = Bounds.index(indices.elements()[i], entries, where + ", a table's index");
            int from = (indices.block(i, blocks) * entries + entry) * length;
            int to = i / inner * inner * length + i % inner;
            for (int k = 0; k < length; k++) {
                all[to + k * inner] = tables.elements()[from + k];
            }
        }
        return new RawConstants(all, shape, tables.type());
    }

    /** Returns the numbers in the places that a mask names, 0 elsewhere. */
    static RawConstants spread(RawConstants numbers, RawConstants mask, String where) {
        double[] all = new double[mask.elements().length];
        int next = 0;
        for (int i = 0; i < all.length; i++) {
            if (mask.elements()[i] != 0) {
                require(next < numbers.elements().length, where, "the mask names more places");
                all[i] = numbers.elements()[next++];
            }
        }
        require(next == numbers.elements().length, where, "the mask names fewer places");
        return new RawConstants(all, mask.shape(), numbers.type());
    }

    /** Returns what stands in the places that a mask of the same shape names. */
    static RawConstants kept(RawConstants numbers, RawConstants mask) {
        double[] all = new double[mask.elements().length];
        int count = 0;
        for (int i = 0; i < all.length; i++) {
            if (mask.elements()[i] != 0) {
                all[count++] = numbers.elements()[i];
            }
        }
        all = Arrays.copyOf(all, count);
        return new RawConstants(all, Shape.shape(all.length), numbers.type());
    }

    /** Returns a mask whose elements stand several times along an axis. */
    static RawConstants repeated(
            RawConstants mask, int times, int axis, Values values, String where) {
        // A table of the vectors 0… and 1….
        double[] table = new double[Bounds.product(2, times, where)];
        Arrays.fill(table, times, 2 * times, 1);
        var lengths = new ArrayList<Integer>(mask.shape().dims().stream().map(_ -> 1).toList());
        lengths.add(2);
        lengths.add(times);
        var tables = new RawConstants(table, new Shape(lengths), Mil.DataType.UINT1);
        return looked(mask, tables, axis, values, where);
    }

    private static void requireBlocks(Shape data, Shape blocks, String where) {
        boolean fits = data.rank() == blocks.rank();
        for (int i = 0; fits && i < data.rank(); i++) {
            fits = blocks.dim(i) > 0 && data.dim(i) % blocks.dim(i) == 0;
        }
        require(fits, where, blocks + " does not split " + data + " into equal blocks");
    }

    private static void require(boolean fits, String where, String what) {
        if (!fits) {
            throw new FormatException(where + ": its operands do not fit: " + what);
        }
    }
}
