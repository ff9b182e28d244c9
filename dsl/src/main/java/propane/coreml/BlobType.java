package propane.coreml;

import propane.coreml.proto.Mil;
import propane.tensor.DType;

import java.util.Optional;

/** The element types of a file of weights, with their codes there (MIL blob storage, version 2). */
enum BlobType {
    FLOAT16(1, 16, Mil.DataType.FLOAT16),
    FLOAT32(2, 32, Mil.DataType.FLOAT32),
    UINT8(3, 8, Mil.DataType.UINT8),
    INT8(4, 8, Mil.DataType.INT8),
    BFLOAT16(5, 16, Mil.DataType.BFLOAT16),
    INT16(6, 16, Mil.DataType.INT16),
    UINT16(7, 16, Mil.DataType.UINT16),
    INT4(8, 4, Mil.DataType.INT4),
    UINT1(9, 1, Mil.DataType.UINT1),
    UINT2(10, 2, Mil.DataType.UINT2),
    UINT4(11, 4, Mil.DataType.UINT4),
    UINT3(12, 3, Mil.DataType.UINT3),
    UINT6(13, 6, Mil.DataType.UINT6),
    INT32(14, 32, Mil.DataType.INT32),
    UINT32(15, 32, Mil.DataType.UINT32),
    FLOAT8E4M3FN(16, 8, Mil.DataType.FLOAT8E4M3FN),
    FLOAT8E5M2(17, 8, Mil.DataType.FLOAT8E5M2);

    private final int code;
    private final int bits;
    private final Mil.DataType mil;

    BlobType(int code, int bits, Mil.DataType mil) {
        this.code = code;
        this.bits = bits;
        this.mil = mil;
    }

    /** Returns the number that stands for this type in the file. */
    int code() {
        return code;
    }

    /**
     * Returns the bytes that some elements take; types below a byte are packed tightly.
     *
     * @param elements as many as one array can have
     */
    long bytes(long elements) {
        return Math.ceilDiv(elements * bits, 8L);
    }

    /** Returns whether elements of this type are what MIL's type says. */
    boolean holds(Mil.DataType type) {
        return mil == type;
    }

    /** Returns the type of our elements; truth values have none in such a file. */
    static Optional<BlobType> of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> Optional.of(FLOAT32);
            case FLOAT16 -> Optional.of(FLOAT16);
            case INT32 -> Optional.of(INT32);
            case BOOL -> Optional.empty();
        };
    }
}
