package propane.safetensors;

import propane.json.JsonField;
import propane.tensor.DType;

import java.util.Arrays;

/** The element types of safetensors files that can be read, under the format's own names. */
enum StoredType {
    F32(4, DType.FLOAT32),
    F16(2, DType.FLOAT16),
    I32(4, DType.INT32),
    BOOL(1, DType.BOOL),
    BF16(2, DType.FLOAT32),
    F64(8, DType.FLOAT32),
    I64(8, DType.INT32),
    U64(8, DType.INT32),
    U32(4, DType.INT32),
    I16(2, DType.INT32),
    U16(2, DType.INT32),
    I8(1, DType.INT32),
    U8(1, DType.INT32);

    private final int bytes;
    private final DType dtype;

    StoredType(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** Returns the bytes of one element in a file. */
    int bytes() {
        return bytes;
    }

    /** Returns the type elements have once they are read. */
    DType dtype() {
        return dtype;
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
