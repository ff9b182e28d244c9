package propane.engine.cpu;

import jdk.incubator.vector.FloatVector;

import propane.tensor.Reduction;

import java.lang.foreign.MemorySegment;

/**
 * Sums and means. Lanes are added up in floats for some hundred elements, then in doubles, in an
 * order that depends on the sizes alone.
 */
final class SumKernel implements Kernel {
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
    static Offer offer(Reduction op, double divisor) {
        Reducer reducer = Reducer.of(op);
        return Offer.taken(
                (operands, results) -> new SumKernel(operands[0], results[0], reducer, divisor));
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
        FloatVector lanes = Lanes.all(0);
        for (int i = from; i < end; i += Lanes.COUNT) {
            lanes = lanes.add(Lanes.load(x, i));
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

    /** One loop over the rows, which keeps what rounding lost (Kahan, 1965). */
    private void column(int from, float factor, int to) {
        FloatVector sum = Lanes.all(0);
        FloatVector none = Lanes.all(0);
        FloatVector lost = none;
        for (int row : reducer.reduced()) {
            FloatVector next = Lanes.load(x, from + row).sub(lost);
            FloatVector total = sum.add(next);
            FloatVector rounded = total.sub(sum).sub(next);
            // Beside an infinity nothing was lost; ∞ − ∞ would turn the sum into NaN.
            lost = none.blend(rounded, rounded.abs().lt(Float.POSITIVE_INFINITY));
            sum = total;
        }
        Lanes.store(sum.mul(factor), y, to);
    }
}
