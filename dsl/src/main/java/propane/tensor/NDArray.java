package propane.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * A concrete array on the host: a shape and its elements in row-major order. Immutable; everything
 * given or handed out is copied. Two arrays are equal when type, shape and every bit of every
 * element are.
 */
public final class NDArray {
    private final TensorType type;
    // Of an array that is filled with one value, that value alone.
    private final Object elements;
    private final boolean isFilled;
    private int hash;

    private NDArray(TensorType type, Object elements, int length) {
        if (type.shape().size() != length) {
            throw new ShapeException(
                    "array: "
                            + length
                            + " elements do not fill the shape "
                            + type.shape()
                            + " of "
                            + type.shape().size());
        }
        this.type = type;
        this.elements = elements;
        this.isFilled = false;
    }

    private NDArray(TensorType type, Object one) {
        this.type = type;
        this.elements = one;
        this.isFilled = true;
    }

    /** Returns a float32 array; without dims it has one axis. */
    public static NDArray of(float[] elements, int... dims) {
        return of(elements, shapeOf(elements.length, dims));
    }

    /** Returns a float32 array. */
    public static NDArray of(float[] elements, Shape shape) {
        return new NDArray(TensorType.float32(shape), elements.clone(), elements.length);
    }

    /** Returns an int32 array; without dims it has one axis. */
    public static NDArray of(int[] elements, int... dims) {
        return of(elements, shapeOf(elements.length, dims));
    }

    /** Returns an int32 array. */
    public static NDArray of(int[] elements, Shape shape) {
        return new NDArray(TensorType.int32(shape), elements.clone(), elements.length);
    }

    /** Returns an array of truth values. */
    public static NDArray of(boolean[] elements, Shape shape) {
        return new NDArray(new TensorType(DType.BOOL, shape), elements.clone(), elements.length);
    }

    /** Returns a float16 array from the bits of its elements. */
    public static NDArray ofHalfBits(short[] bits, Shape shape) {
        return new NDArray(new TensorType(DType.FLOAT16, shape), bits.clone(), bits.length);
    }

    /** Returns a float32 array of two axes; all rows must have one length. */
    public static NDArray of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] all = new float[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != columns) {
                throw new ShapeException(
                        "array: row "
                                + row
                                + " has "
                                + rows[row].length
                                + " elements, row 0 has "
                                + columns);
            }
            System.arraycopy(rows[row], 0, all, row * columns, columns);
        }
        return of(all, rows.length, columns);
    }

    /** Returns a float32 array without axes. */
    public static NDArray scalar(double value) {
        return of(new float[] {(float) value}, Shape.shape());
    }

    /**
     * Returns an array in which every element has one value, converted to the type. However large
     * it is, it takes no memory for its elements before they are asked for.
     */
    public static NDArray full(TensorType type, double value) {
        NDArray one = of(new double[] {value}, type.with(Shape.shape()));
        return switch (type.shape().size()) {
            case 0 -> of(new double[0], type);
            case 1 -> one.reshape(type.shape().toArray());
            default -> new NDArray(type, one.elements);
        };
    }

    /**
     * Returns whether this was made by {@link #full}, or of such an array: all elements are what
     * the first one is.
     */
    public boolean isFilled() {
        return isFilled;
    }

    /** Returns the array of all elements, this array's own unless it is filled. */
    private Object all() {
        if (!isFilled) {
            return elements;
        }
        int size = size();
        return switch (elements) {
            case float[] one -> {
                float[] out = new float[size];
                Arrays.fill(out, one[0]);
                yield out;
            }
            case int[] one -> {
                int[] out = new int[size];
                Arrays.fill(out, one[0]);
                yield out;
            }
            case short[] one -> {
                short[] out = new short[size];
                Arrays.fill(out, one[0]);
                yield out;
            }
            case boolean[] one -> {
                boolean[] out = new boolean[size];
                Arrays.fill(out, one[0]);
                yield out;
            }
            default -> throw new AssertionError(elements);
        };
    }

    /**
     * Returns an array of the type with these values: rounded to the nearest float32 or float16,
     * cut to an int32, or true where not 0.
     */
    public static NDArray of(double[] values, TensorType type) {
        int length = values.length;
        Object elements =
                switch (type.dtype()) {
                    case FLOAT32 -> {
                        float[] out = new float[length];
                        for (int i = 0; i < length; i++) {
                            out[i] = (float) values[i];
                        }
                        yield out;
                    }
                    case FLOAT16 -> {
                        short[] out = new short[length];
                        for (int i = 0; i < length; i++) {
                            out[i] = Float.floatToFloat16((float) values[i]);
                        }
                        yield out;
                    }
                    case INT32 -> {
                        int[] out = new int[length];
                        for (int i = 0; i < length; i++) {
                            out[i] = (int) values[i];
                        }
                        yield out;
                    }
                    case BOOL -> {
                        boolean[] out = new boolean[length];
                        for (int i = 0; i < length; i++) {
                            out[i] = values[i] != 0;
                        }
                        yield out;
                    }
                };
        return new NDArray(type, elements, length);
    }

    /** Returns element type and shape. */
    public TensorType type() {
        return type;
    }

    /** Returns the element type. */
    public DType dtype() {
        return type.dtype();
    }

    /** Returns the shape. */
    public Shape shape() {
        return type.shape();
    }

    /** Returns the number of elements. */
    public int size() {
        return type.shape().size();
    }

    /** Returns the elements as float32, in row-major order. */
    public float[] floats() {
        return switch (all()) {
            case float[] floats -> isFilled ? floats : floats.clone();
            default -> {
                float[] out = new float[size()];
                for (int i = 0; i < out.length; i++) {
                    out[i] = (float) at(i);
                }
                yield out;
            }
        };
    }

    /** Returns the elements as int32, fractions cut off, in row-major order. */
    public int[] ints() {
        return switch (all()) {
            case int[] ints -> isFilled ? ints : ints.clone();
            default -> {
                int[] out = new int[size()];
                for (int i = 0; i < out.length; i++) {
                    out[i] = (int) at(i);
                }
                yield out;
            }
        };
    }

    /** Returns the elements as doubles, truth values as 0 and 1, in row-major order. */
    public double[] doubles() {
        double[] out = new double[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = at(i);
        }
        return out;
    }

    /** Returns the bits of the elements of a float16 array. */
    public short[] halfBits() {
        if (all() instanceof short[] bits) {
            return isFilled ? bits : bits.clone();
        }
        throw new DTypeException("array: half bits asked of " + type);
    }

    /** Returns one element, counted in row-major order; truth values are 0 and 1. */
    public double at(int index) {
        int place = isFilled ? first(index) : index;
        return switch (elements) {
            case float[] floats -> floats[place];
            case int[] ints -> ints[place];
            case short[] halves -> Float.float16ToFloat(halves[place]);
            case boolean[] truths -> truths[place] ? 1 : 0;
            default -> throw new AssertionError(elements);
        };
    }

    private int first(int index) {
        Objects.checkIndex(index, size());
        return 0;
    }

    /** Returns the same elements in another shape of the same size. */
    public NDArray reshape(int... dims) {
        TensorType other = type.with(Shape.shape(dims));
        return isFilled && other.shape().size() == size()
                ? new NDArray(other, elements)
                : new NDArray(other, elements, size());
    }

    /** Returns the elements converted to another type. */
    public NDArray cast(DType dtype) {
        if (dtype == dtype()) {
            return this;
        }
        return isFilled ? full(type.with(dtype), at(0)) : of(doubles(), type.with(dtype));
    }

    /** Returns the rows from {@code from} up to but not including {@code to} of the first axis. */
    public NDArray slice(int from, int to) {
        int row = shape().tail().size();
        var part = type.with(shape().with(0, to - from));
        if (isFilled) {
            Objects.checkFromToIndex(from, to, shape().dim(0));
            return full(part, at(0));
        }
        return of(Arrays.copyOfRange(doubles(), from * row, to * row), part);
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof NDArray that) || !type.equals(that.type)) {
            return false;
        }
        return isFilled && that.isFilled
                ? areAlike(elements, that.elements)
                : areAlike(all(), that.all());
    }

    private static boolean areAlike(Object here, Object there) {
        return switch (here) {
            case float[] floats -> sameBits(floats, (float[]) there);
            case int[] ints -> Arrays.equals(ints, (int[]) there);
            case short[] halves -> Arrays.equals(halves, (short[]) there);
            case boolean[] truths -> Arrays.equals(truths, (boolean[]) there);
            default -> throw new AssertionError(here);
        };
    }

    /** Returns what the hash of all elements is, given that of one. */
    private int repeated(int one) {
        // Each element makes h to 31 h + one: a power of that, by squaring.
        int factor = 31;
        int addend = one;
        int sum = 1;
        for (int left = size(); left > 0; left >>= 1) {
            if ((left & 1) == 1) {
                sum = factor * sum + addend;
            }
            addend = factor * addend + addend;
            factor *= factor;
        }
        return sum;
    }

    private static boolean sameBits(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        if (hash == 0) {
            int own =
                    switch (elements) {
                        case float[] floats -> Arrays.hashCode(floats);
                        case int[] ints -> Arrays.hashCode(ints);
                        case short[] halves -> Arrays.hashCode(halves);
                        case boolean[] truths -> Arrays.hashCode(truths);
                        default -> throw new AssertionError(elements);
                    };
            hash = 31 * type.hashCode() + (isFilled ? repeated(own - 31) : own);
        }
        return hash;
    }

    /** Returns type and elements, a row a line; of many the first and last ones. */
    @Override
    public String toString() {
        return ArrayText.of(this);
    }

    /** Returns all elements, those of one place before the last axis on a line. */
    public String text() {
        int columns = type.shape().rank() == 0 ? 1 : type.shape().dim(-1);
        var text = new StringBuilder();
        for (int i = 0; i < size(); i++) {
            String element =
                    dtype().isFloat()
                            ? String.format(Locale.ROOT, "%9.4f", at(i))
                            : String.format(Locale.ROOT, "%6d", (long) at(i));
            text.append(element).append(i % columns == columns - 1 ? "\n" : " ");
        }
        return text.toString();
    }

    private static Shape shapeOf(int length, int[] dims) {
        return dims.length == 0 ? Shape.shape(length) : Shape.shape(dims);
    }
}
