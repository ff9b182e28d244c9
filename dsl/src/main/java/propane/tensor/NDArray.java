package propane.tensor;

import java.io.DataInput;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * A concrete array on the host: a shape and its elements in row-major order, in one segment of
 * memory. Immutable; what is given is copied, once, and what is handed out is a copy, or a view
 * that cannot be written to. Two arrays are equal when type, shape and every bit of every element
 * are.
 */
public final class NDArray {
    private static final int PIECE = 1 << 16;

    private final TensorType type;
    // Of an array that is filled with one value, that value alone.
    private final MemorySegment elements;
    private final boolean isFilled;
    private final int size;
    private int hash;

    private NDArray(TensorType type, MemorySegment elements, int length) {
        if (type.shape().size() != length) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "array: "
                                            + length
                                            + " elements do not fill the shape "
                                            + type.shape()
                                            + " of "
                                            + type.shape().size())
                            .operand("given", type)
                            .operand("elements", length));
        }
        this.type = type;
        this.elements = elements;
        this.isFilled = false;
        this.size = length;
    }

    private NDArray(TensorType type, MemorySegment one) {
        this.type = type;
        this.elements = one;
        this.isFilled = true;
        this.size = type.shape().size();
    }

    /** Returns a float32 array; without dims it has one axis. */
    public static NDArray of(float[] elements, int... dims) {
        return of(elements, shapeOf(elements.length, dims));
    }

    /** Returns a float32 array. */
    public static NDArray of(float[] elements, Shape shape) {
        return new NDArray(
                TensorType.float32(shape),
                MemorySegment.ofArray(elements.clone()),
                elements.length);
    }

    /** Returns an int32 array; without dims it has one axis. */
    public static NDArray of(int[] elements, int... dims) {
        return of(elements, shapeOf(elements.length, dims));
    }

    /** Returns an int32 array. */
    public static NDArray of(int[] elements, Shape shape) {
        return new NDArray(
                TensorType.int32(shape), MemorySegment.ofArray(elements.clone()), elements.length);
    }

    /** Returns an array of truth values. */
    public static NDArray of(boolean[] elements, Shape shape) {
        byte[] bytes = new byte[elements.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (elements[i] ? 1 : 0);
        }
        return new NDArray(
                new TensorType(DType.BOOL, shape), MemorySegment.ofArray(bytes), bytes.length);
    }

    /** Returns a float16 array from the bits of its elements. */
    public static NDArray ofHalfBits(short[] bits, Shape shape) {
        return new NDArray(
                new TensorType(DType.FLOAT16, shape),
                MemorySegment.ofArray(bits.clone()),
                bits.length);
    }

    /** Returns a float32 array of two axes; all rows must have one length. */
    public static NDArray of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] all = new float[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != columns) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "array: row "
                                                + row
                                                + " has "
                                                + rows[row].length
                                                + " elements, row 0 has "
                                                + columns)
                                .operand("row " + row, rows[row].length)
                                .operand("row 0", columns));
            }
            System.arraycopy(rows[row], 0, all, row * columns, columns);
        }
        return of(all, rows.length, columns);
    }

    /**
     * Returns a copy of elements in memory, in row-major order.
     *
     * @param memory at least as large as the type is; of truth values what is not 0 is true
     */
    public static NDArray of(MemorySegment memory, TensorType type) {
        int size = type.shape().size();
        MemorySegment own = type.dtype().allocate(size);
        if (type.dtype() == DType.BOOL) {
            for (int i = 0; i < size; i++) {
                DType.BOOL.set(own, i, DType.BOOL.get(memory, i));
            }
        } else {
            type.dtype().copy(memory, own, size);
        }
        return new NDArray(type, own, size);
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

    /**
     * Returns all elements in row-major order, as {@link DType} lays them out; a view that cannot
     * be written to, of this array's own memory unless it is filled.
     */
    public MemorySegment segment() {
        return all().asReadOnly();
    }

    private MemorySegment all() {
        if (!isFilled) {
            return elements;
        }
        MemorySegment all = dtype().allocate(size());
        copyTo(all);
        return all;
    }

    /**
     * Copies all elements in row-major order, as {@link DType} lays them out.
     *
     * @param memory at least as large as the type is
     */
    public void copyTo(MemorySegment memory) {
        long bytes = type.bytes();
        long done = Math.min(bytes, elements.byteSize());
        MemorySegment.copy(elements, 0, memory, 0, done);
        // What is filled already is doubled until all is.
        for (; done < bytes; done *= 2) {
            MemorySegment.copy(memory, 0, memory, done, Math.min(done, bytes - done));
        }
    }

    /**
     * Returns an array of the type with these values: rounded to the nearest float32 or float16,
     * cut to an int32, or true where not 0.
     */
    public static NDArray of(double[] values, TensorType type) {
        MemorySegment elements = type.dtype().allocate(values.length);
        type.dtype().write(values, elements);
        return new NDArray(type, elements, values.length);
    }

    /**
     * Writes all elements in row-major order, little-endian, truth values as one byte each.
     *
     * @throws IOException if the stream takes them not
     */
    public void writeTo(OutputStream out) throws IOException {
        requireLittleEndian();
        MemorySegment all = all();
        byte[] piece = new byte[(int) Math.min(PIECE, all.byteSize())];
        for (long from = 0; from < all.byteSize(); from += PIECE) {
            int length = (int) Math.min(PIECE, all.byteSize() - from);
            MemorySegment.copy(all, ValueLayout.JAVA_BYTE, from, piece, 0, length);
            out.write(piece, 0, length);
        }
    }

    /**
     * Reads all elements as {@link #writeTo} writes them; of truth values what is not 0 is true.
     *
     * @throws java.io.EOFException if there are fewer
     * @throws IOException if they cannot be read
     */
    public static NDArray readFrom(DataInput in, TensorType type) throws IOException {
        requireLittleEndian();
        int size = type.shape().size();
        MemorySegment all = type.dtype().allocate(size);
        byte[] piece = new byte[(int) Math.min(PIECE, all.byteSize())];
        for (long from = 0; from < all.byteSize(); from += PIECE) {
            int length = (int) Math.min(PIECE, all.byteSize() - from);
            in.readFully(piece, 0, length);
            MemorySegment.copy(piece, 0, all, ValueLayout.JAVA_BYTE, from, length);
        }
        return type.dtype() == DType.BOOL ? of(all, type) : new NDArray(type, all, size);
    }

    private static void requireLittleEndian() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new EngineException("array: this machine's elements are not little-endian");
        }
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
        return size;
    }

    /** Returns the elements as float32, in row-major order. */
    public float[] floats() {
        if (dtype() == DType.FLOAT32) {
            return all().toArray(ValueLayout.JAVA_FLOAT);
        }
        float[] out = new float[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) at(i);
        }
        return out;
    }

    /** Returns the elements as int32, fractions cut off, in row-major order. */
    public int[] ints() {
        if (dtype() == DType.INT32) {
            return all().toArray(ValueLayout.JAVA_INT);
        }
        int[] out = new int[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) at(i);
        }
        return out;
    }

    /** Returns the elements as doubles, truth values as 0 and 1, in row-major order. */
    public double[] doubles() {
        double[] out = new double[size()];
        if (isFilled) {
            Arrays.fill(out, at(0));
        } else {
            dtype().read(elements, out);
        }
        return out;
    }

    /** Returns the bits of the elements of a float16 array. */
    public short[] halfBits() {
        if (dtype() != DType.FLOAT16) {
            throw new DTypeException(
                    Problem.ofRule("array: half bits asked of " + type).operand("array", type));
        }
        return all().toArray(ValueLayout.JAVA_SHORT);
    }

    /**
     * Returns one element, counted in row-major order; truth values are 0 and 1.
     *
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public double at(int index) {
        Objects.checkIndex(index, size);
        return dtype().get(elements, isFilled ? 0 : index);
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
        Objects.checkFromToIndex(from, to, shape().dim(0));
        int row = shape().tail().size();
        var part = type.with(shape().with(0, to - from));
        if (isFilled) {
            return full(part, at(0));
        }
        int width = dtype().bytes();
        return of(elements.asSlice((long) from * row * width, part.bytes()), part);
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
                ? elements.mismatch(that.elements) < 0
                : all().mismatch(that.all()) < 0;
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

    @Override
    public int hashCode() {
        if (hash == 0) {
            int own = 1;
            for (long i = 0; i < elements.byteSize() / dtype().bytes(); i++) {
                own = 31 * own + bits(i);
            }
            hash = 31 * type.hashCode() + (isFilled ? repeated(own - 31) : own);
        }
        return hash;
    }

    private int bits(long index) {
        return switch (dtype()) {
            case FLOAT32, INT32 -> elements.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, index);
            case FLOAT16 -> elements.getAtIndex(ValueLayout.JAVA_SHORT, index);
            case BOOL -> elements.get(ValueLayout.JAVA_BYTE, index);
        };
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
