package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Reduction;

import java.lang.foreign.MemorySegment;

/** Largest and smallest elements; NaN where one is NaN. The smallest is −max(−x). */
public final class ExtremeKernel implements Kernel {
    private final MemorySegment x;
    private final MemorySegment y;
    private final Reducer reducer;
    private final float sign;
    private final boolean vectors;

    ExtremeKernel(MemorySegment x, MemorySegment y, Reducer reducer, float sign) {
        this.x = x;
        this.y = y;
        this.reducer = reducer;
        this.sign = sign;
        this.vectors = reducer.isLarge();
    }

    /**
     * Returns the offer to reduce.
     *
     * @param sign 1 for the largest, −1 for the smallest
     */
    public static KernelMatch offer(Reduction op, float sign) {
        Reducer reducer = Reducer.of(op);
        return KernelMatch.taken(
                (operands, results) -> new ExtremeKernel(operands[0], results[0], reducer, sign));
    }

    @Override
    public void run() {
        int[] kept = reducer.kept();
        if (reducer.runIsReduced()) {
            for (int i = 0; i < kept.length; i++) {
                float max = Float.NEGATIVE_INFINITY;
                for (int offset : reducer.reduced()) {
                    max = Math.max(max, max(x, kept[i] + offset, reducer.run(), sign));
                }
                ScalarOps.store(sign * max, y, i);
            }
        } else {
            for (int i = 0; i < kept.length; i++) {
                columns(kept[i], i * reducer.run());
            }
        }
    }

    /** Returns the largest of a run of elements times a sign. */
    static float max(MemorySegment x, int from, int length, float sign) {
        float max = Float.NEGATIVE_INFINITY;
        int i = 0;
        if (length >= 4 * Lanes.COUNT) {
            FloatVector lanes = Lanes.all(max);
            for (; i <= length - Lanes.COUNT; i += Lanes.COUNT) {
                lanes = lanes.max(Lanes.load(x, from + i).mul(sign));
            }
            max = lanes.reduceLanes(VectorOperators.MAX);
        }
        for (; i < length; i++) {
            max = Math.max(max, sign * ScalarOps.load(x, from + i));
        }
        return max;
    }

    private void columns(int from, int to) {
        int j = 0;
        for (; vectors && j <= reducer.run() - Lanes.COUNT; j += Lanes.COUNT) {
            FloatVector max = Lanes.all(Float.NEGATIVE_INFINITY);
            for (int offset : reducer.reduced()) {
                max = max.max(Lanes.load(x, from + j + offset).mul(sign));
            }
            Lanes.store(max.mul(sign), y, to + j);
        }
        for (; j < reducer.run(); j++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int offset : reducer.reduced()) {
                max = Math.max(max, sign * ScalarOps.load(x, from + j + offset));
            }
            ScalarOps.store(sign * max, y, to + j);
        }
    }
}
