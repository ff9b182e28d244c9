package propane.safetensors;

import propane.json.JsonField;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The element types of files that can be read, under the names of safetensors, and what becomes of
 * an element that arrays here do not have.
 */
public enum StoredType {
    /** Float32. */
    F32(4, DType.FLOAT32),
    /** Float16. */
    F16(2, DType.FLOAT16),
    /** Signed whole numbers of 32 bits. */
    I32(4, DType.INT32),
    /** Truth values of a byte. */
    BOOL(1, DType.BOOL),
    /** The upper half of float32. */
    BF16(2, DType.FLOAT32),
    /** Float64. */
    F64(8, DType.FLOAT32),
    /** Signed whole numbers of 64 bits. */
    I64(8, DType.INT32),
    /** Unsigned ones of 64 bits. */
    U64(8, DType.INT32),
    /** Unsigned ones of 32 bits. */
    U32(4, DType.INT32),
    /** Signed ones of 16 bits. */
    I16(2, DType.INT32),
    /** Unsigned ones of 16 bits. */
    U16(2, DType.INT32),
    /** Signed ones of 8 bits. */
    I8(1, DType.INT32),
    /** Unsigned ones of 8 bits. */
    U8(1, DType.INT32);

    private final int bytes;
    private final DType dtype;

    StoredType(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** Where the elements of an array are found. */
    @FunctionalInterface
    public interface Elements {
        /** Returns a buffer that stands at an element; asked for each of them once, in order. */
        ByteBuffer at(int index) throws IOException;
    }

    /** Returns the bytes of one element in a file. */
    public int bytes() {
        return bytes;
    }

    /** Returns the type elements have once they are read. */
    DType dtype() {
        return dtype;
    }

    /**
     * Reads an array. BF16 and F64 become float32, whole numbers of other widths int32.
     *
     * @param where the file and the array's name, for errors
     * @throws FormatException if an element is beyond what float32 or int32 can hold
     */
    public NDArray read(Shape shape, Elements from, String where) throws IOException {
        int size = shape.size();
        return switch (this) {
            case F32, BF16, F64 -> {
                float[] all = new float[size];
                for (int i = 0; i < size; i++) {
                    all[i] = real(from.at(i), where);
                }
                yield NDArray.of(all, shape);
            }
            case F16 -> {
                short[] all = new short[size];
                for (int i = 0; i < size; i++) {
                    all[i] = from.at(i).getShort();
                }
                yield NDArray.ofHalfBits(all, shape);
            }
            case BOOL -> {
                boolean[] all = new boolean[size];
                for (int i = 0; i < size; i++) {
                    all[i] = from.at(i).get() != 0;
                }
                yield NDArray.of(all, shape);
            }
            default -> {
                int[] all = new int[size];
                for (int i = 0; i < size; i++) {
                    all[i] = whole(from.at(i), where);
                }
                yield NDArray.of(all, shape);
            }
        };
    }

    private float real(ByteBuffer from, String where) {
        return switch (this) {
            case BF16 -> Float.intBitsToFloat(from.getShort() << 16);
            case F64 -> narrowed(from.getDouble(), where);
            default -> from.getFloat();
        };
    }

    private static float narrowed(double value, String where) {
        float narrow = (float) value;
        if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
            throw new FormatException(
                    where + " holds " + value + ", which is beyond the range of float32");
        }
        return narrow;
    }

    private int whole(ByteBuffer from, String where) {
        long value =
                switch (this) {
                    case I64, U64 -> from.getLong();
                    case U32 -> Integer.toUnsignedLong(from.getInt());
                    case I16 -> from.getShort();
                    case U16 -> Short.toUnsignedInt(from.getShort());
                    case I8 -> from.get();
                    case U8 -> Byte.toUnsignedInt(from.get());
                    default -> from.getInt();
                };
        // A U64 beyond 2^63 reads as negative, which no U64 is.
        if (value != (int) value || this == U64 && value < 0) {
            String told = this == U64 ? Long.toUnsignedString(value) : Long.toString(value);
            throw new FormatException(where + " holds " + told + ", which no int32 can hold");
        }
        return (int) value;
    }

    static StoredType of(JsonField field) {
        String name = field.string();
        for (StoredType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw field.error(
                "names the element type " + name + "; can be read: " + Arrays.toString(values()));
    }

    /** Returns the type in which arrays of an element type are written. */
    static StoredType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> F32;
            case FLOAT16 -> F16;
            case INT32 -> I32;
            case BOOL -> BOOL;
        };
    }
}
