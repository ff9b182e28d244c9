package propane.coreml.format;

import propane.coreml.proto.Mil;
import propane.tensor.DType;

import java.util.Optional;

/** The element types of a file of weights, with their codes there (MIL blob storage, version 2). */
public enum BlobType {
    /** IEEE 754 in 16 bits. */
    FLOAT16(1, 16, Mil.DataType.FLOAT16),
    /** IEEE 754 in 32 bits. */
    FLOAT32(2, 32, Mil.DataType.FLOAT32),
    /** Whole numbers without a sign, 8 bits. */
    UINT8(3, 8, Mil.DataType.UINT8),
    /** Whole numbers with a sign, 8 bits. */
    INT8(4, 8, Mil.DataType.INT8),
    /** Float32 without the lower half of its digits, 16 bits. */
    BFLOAT16(5, 16, Mil.DataType.BFLOAT16),
    /** Whole numbers with a sign, 16 bits. */
    INT16(6, 16, Mil.DataType.INT16),
    /** Whole numbers without a sign, 16 bits. */
    UINT16(7, 16, Mil.DataType.UINT16),
    /** Whole numbers with a sign, four bits. */
    INT4(8, 4, Mil.DataType.INT4),
    /** Whole numbers without a sign, one bit. */
    UINT1(9, 1, Mil.DataType.UINT1),
    /** Whole numbers without a sign, two bits. */
    UINT2(10, 2, Mil.DataType.UINT2),
    /** Whole numbers without a sign, four bits. */
    UINT4(11, 4, Mil.DataType.UINT4),
    /** Whole numbers without a sign, three bits. */
    UINT3(12, 3, Mil.DataType.UINT3),
    /** Whole numbers without a sign, six bits. */
    UINT6(13, 6, Mil.DataType.UINT6),
    /** Whole numbers with a sign, 32 bits. */
    INT32(14, 32, Mil.DataType.INT32),
    /** Whole numbers without a sign, 32 bits. */
    UINT32(15, 32, Mil.DataType.UINT32),
    /** Four bits of exponent and three of digits, no infinities. */
    FLOAT8E4M3FN(16, 8, Mil.DataType.FLOAT8E4M3FN),
    /** Five bits of exponent and two of digits. */
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
    public int code() {
        return code;
    }

    /**
     * Returns the bytes that some elements take; types below a byte are packed tightly.
     *
     * @param elements as many as one array can have
     */
    public long bytes(long elements) {
        return Math.ceilDiv(elements * bits, 8L);
    }

    /** Returns whether elements of this type are what MIL's type says. */
    public boolean holds(Mil.DataType type) {
        return mil == type;
    }

    /** Returns the type of our elements; truth values have none in such a file. */
    public static Optional<BlobType> of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> Optional.of(FLOAT32);
            case FLOAT16 -> Optional.of(FLOAT16);
            case INT32 -> Optional.of(INT32);
            case BOOL -> Optional.empty();
        };
    }
}
