package propane.engine.coreml;

import propane.coreml.lowering.PortLayout;
import propane.tensor.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Moves the value of a port between float32 (or int32) and the float16 that the engine takes, row
 * by row: after each row of the latter lies padding, which stays zero.
 */
final class HalfTransfer {
    private final MemorySegment wide;
    private final MemorySegment half;
    private final boolean isWhole;
    private final boolean isHalf;
    private final int rows;
    private final int length;
    private final int padded;

    HalfTransfer(PortLayout layout, MemorySegment wide, MemorySegment half) {
        this.wide = wide;
        this.half = half;
        this.isWhole = layout.port().type().dtype() == DType.INT32;
        this.isHalf = layout.lowered().type().dtype() == DType.FLOAT16;
        this.length = layout.port().type().shape().dim(-1);
        this.padded = layout.lowered().type().shape().dim(-1);
        this.rows = layout.port().type().shape().size() / Math.max(1, length);
    }

    /** Brings the value to the engine. */
    void toHalf() {
        if (!isHalf) {
            half.copyFrom(wide);
            return;
        }
        for (int row = 0; row < rows; row++) {
            int from = row * length;
            int to = row * padded;
            for (int i = 0; i < length; i++) {
                float value =
                        isWhole
                                ? wide.getAtIndex(ValueLayout.JAVA_INT, from + i)
                                : wide.getAtIndex(ValueLayout.JAVA_FLOAT, from + i);
                half.setAtIndex(ValueLayout.JAVA_SHORT, to + i, Float.floatToFloat16(value));
            }
        }
    }

    /** Brings the value back. */
    void toWide() {
        if (!isHalf) {
            wide.copyFrom(half);
            return;
        }
        for (int row = 0; row < rows; row++) {
            int from = row * padded;
            int to = row * length;
            for (int i = 0; i < length; i++) {
                float value =
                        Float.float16ToFloat(half.getAtIndex(ValueLayout.JAVA_SHORT, from + i));
                wide.setAtIndex(ValueLayout.JAVA_FLOAT, to + i, value);
            }
        }
    }
}
