package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.OffHeap;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Reduction;

import java.lang.foreign.MemorySegment;

/**
 * Sums and means. The Vector API is called directly: what is inlined by profile alone boxes its
 * vectors for good if its caller is compiled before it is warm. Lanes are added up in floats for
 * some hundred elements, then in doubles, in an order that depends on the sizes alone.
 */
public final class SumKernel implements Kernel {
    /** So many vectors are added up in floats. */
    private static final int BLOCK = 64;

    private final MemorySegment x;
    private final MemorySegment y;
    private final Reducer reducer;
    private final double divisor;
    private final boolean vectors;

    SumKernel(MemorySegment x, MemorySegment y, Reducer reducer, double divisor) {
        this.x = x;
        this.y = y;
        this.reducer = reducer;
        this.divisor = divisor;
        this.vectors = reducer.isLarge();
    }

    /**
     * Returns the offer to reduce.
     *
     * @param divisor what sums are divided by
     */
    public static KernelMatch offer(Reduction op, double divisor) {
        // Its tables may be long, and not every offer is taken up.
        return KernelMatch.taken((operands, results) ->
                new SumKernel(operands[0], results[0], Reducer.of(op), divisor));
    }

    @Override
    public void run() {
        int[] kept = reducer.kept();
        if (reducer.runIsReduced()) {
            for (int i = 0; i < kept.length; i++) {
                double sum = 0;
                for (int offset : reducer.reduced()) {
                    sum += sum(x, kept[i] + offset, reducer.run());
                }
                ScalarOps.store((float) (sum / divisor), y, i);
            }
        } else {
            for (int i = 0; i < kept.length; i++) {
                columns(kept[i], i * reducer.run());
            }
        }
    }

    /** Returns the sum of a run of elements. */
    static double sum(MemorySegment x, int from, int length) {
        double sum = 0;
        int i = 0;
        int vectors = length < 4 * Lanes.COUNT ? 0 : length & -Lanes.COUNT;
        while (i < vectors) {
            int end = Math.min(vectors, i + BLOCK * Lanes.COUNT);
            sum += block(x, from + i, from + end);
            i = end;
        }
        for (; i < length; i++) {
            sum += ScalarOps.load(x, from + i);
        }
        return sum;
    }

    /** A method of its own: a call that is rare when its caller is compiled boxes no vector. */
    private static float block(MemorySegment x, int from, int end) {
        FloatVector lanes = FloatVector.zero(Lanes.FLOATS);
        for (int i = from; i < end; i += Lanes.COUNT) {
            lanes =
                    lanes.add(
                            FloatVector.fromMemorySegment(
                                    Lanes.FLOATS, OffHeap.known(x), (long) i << 2, Lanes.ORDER));
        }
        return Lanes.sum(lanes);
    }

    private void columns(int from, int to) {
        int j = 0;
        float factor = (float) (1 / divisor);
        for (; vectors && j <= reducer.run() - Lanes.COUNT; j += Lanes.COUNT) {
            column(from + j, factor, to + j);
        }
        for (; j < reducer.run(); j++) {
            double sum = 0;
            for (int offset : reducer.reduced()) {
                sum += ScalarOps.load(x, from + j + offset);
            }
            ScalarOps.store((float) (sum / divisor), y, to + j);
        }
    }

    /**
     * Adds up blocks of about as many rows as there are blocks, so that rounding grows with the
     * root of their number.
     */
    private void column(int from, float factor, int to) {
        int[] rows = reducer.reduced();
        int block = Math.max(16, (int) Math.sqrt(rows.length));
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int first = 0; first < rows.length; first += block) {
            int end = Math.min(rows.length, first + block);
            FloatVector part =
                    FloatVector.fromMemorySegment(
                            Lanes.FLOATS,
                            OffHeap.known(x),
                            (long) (from + rows[first]) << 2,
                            Lanes.ORDER);
            for (int i = first + 1; i < end; i++) {
                part =
                        part.add(
                                FloatVector.fromMemorySegment(
                                        Lanes.FLOATS,
                                        OffHeap.known(x),
                                        (long) (from + rows[i]) << 2,
                                        Lanes.ORDER));
            }
            sum = sum.add(part);
        }
        sum.mul(factor).intoMemorySegment(OffHeap.known(y), (long) to << 2, Lanes.ORDER);
    }
}
