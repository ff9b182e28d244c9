package propane.tensor;

/** The element types of tensors and arrays. */
public enum DType {
    /** IEEE single precision; the type of weights and of ordinary arithmetic. */
    FLOAT32("fp32", 4),
    /** IEEE half precision; the type the Neural Engine computes in. */
    FLOAT16("fp16", 2),
    /** Signed 32-bit integers: labels, tokens, indices, steps. */
    INT32("int32", 4),
    /** Truth values, one byte each. */
    BOOL("bool", 1);

    private final String mil;
    private final int bytes;

    DType(String mil, int bytes) {
        this.mil = mil;
        this.bytes = bytes;
    }

    /** Returns the name of this type in MIL, for example {@code fp32}. */
    public String mil() {
        return mil;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns whether arithmetic with fractions is possible: float32 or float16. */
    public boolean isFloat() {
        return this == FLOAT32 || this == FLOAT16;
    }
}
