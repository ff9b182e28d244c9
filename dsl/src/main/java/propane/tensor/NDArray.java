package propane.tensor;

import java.util.Arrays;
import java.util.Locale;

/**
 * A concrete array on the host: a shape and its elements in row-major order. Immutable; everything
 * given or handed out is copied. Two arrays are equal when type, shape and every bit of every
 * element are.
 */
public final class NDArray {
    private final TensorType type;
    private final Object elements;
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

    /** Returns an array in which every element has one value, converted to the type. */
    public static NDArray filled(TensorType type, double value) {
        double[] all = new double[type.shape().size()];
        Arrays.fill(all, value);
        return of(all, type);
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
        return switch (elements) {
            case float[] floats -> floats.clone();
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
        return switch (elements) {
            case int[] ints -> ints.clone();
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
        if (elements instanceof short[] bits) {
            return bits.clone();
        }
        throw new DTypeException("array: half bits asked of " + type);
    }

    /** Returns one element, counted in row-major order; truth values are 0 and 1. */
    public double at(int index) {
        return switch (elements) {
            case float[] floats -> floats[index];
            case int[] ints -> ints[index];
            case short[] halves -> Float.float16ToFloat(halves[index]);
            case boolean[] truths -> truths[index] ? 1 : 0;
            default -> throw new AssertionError(elements);
        };
    }

    /** Returns the same elements in another shape of the same size. */
    public NDArray reshape(int... dims) {
        return new NDArray(type.with(Shape.shape(dims)), elements, size());
    }

    /** Returns the elements converted to another type. */
    public NDArray cast(DType dtype) {
        return dtype == dtype() ? this : of(doubles(), type.with(dtype));
    }

    /** Returns the rows from {@code from} up to but not including {@code to} of the first axis. */
    public NDArray rows(int from, int to) {
        int row = shape().tail().size();
        var part = type.with(shape().with(0, to - from));
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
        return switch (elements) {
            case float[] floats -> sameBits(floats, (float[]) that.elements);
            case int[] ints -> Arrays.equals(ints, (int[]) that.elements);
            case short[] halves -> Arrays.equals(halves, (short[]) that.elements);
            case boolean[] truths -> Arrays.equals(truths, (boolean[]) that.elements);
            default -> throw new AssertionError(elements);
        };
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
            hash =
                    31 * type.hashCode()
                            + switch (elements) {
                                case float[] floats -> Arrays.hashCode(floats);
                                case int[] ints -> Arrays.hashCode(ints);
                                case short[] halves -> Arrays.hashCode(halves);
                                case boolean[] truths -> Arrays.hashCode(truths);
                                default -> throw new AssertionError(elements);
                            };
        }
        return hash;
    }

    /** Returns type and elements, of long arrays the first and last ones. */
    @Override
    public String toString() {
        var text = new StringBuilder(type.toString()).append(" {");
        for (int i = 0; i < size(); i++) {
            if (i == 6 && size() > 12) {
                text.append(", …");
                i = size() - 3;
                continue;
            }
            text.append(i == 0 ? "" : ", ")
                    .append(dtype() == DType.INT32 ? String.valueOf((int) at(i)) : at(i));
        }
        return text.append('}').toString();
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
