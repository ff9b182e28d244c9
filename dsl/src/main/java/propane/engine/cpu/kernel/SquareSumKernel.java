package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.OffHeap;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.NormReduction;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The sum of the squares of all elements. What is added up lies in memory that stays in the nearest
 * cache: a vector that a loop carries on from one round to the next becomes an object in some runs,
 * and each sum would wait for the one before it. The order depends on the size alone.
 */
public final class SquareSumKernel implements Kernel {
    /** So many sums are kept at most. */
    private static final int MOST_SUMS = 32 * Lanes.COUNT;

    /** So many vectors are added to a sum at once. */
    private static final int AT_ONCE = 4;

    /** So many times that is done in floats, then sums are added up in doubles. */
    private static final int ROUNDS = 16;

    private static final long BYTES = (long) Float.BYTES * Lanes.COUNT;

    private final MemorySegment x;
    private final MemorySegment y;
    private final MemorySegment sums;
    private final int size;
    private final int width;

    private SquareSumKernel(int size, int width, KernelMatch.Places places) {
        this.x = places.operands()[0];
        this.y = places.result(0);
        this.sums = places.scratch();
        this.size = size;
        this.width = width;
    }

    /** Returns whether an op reduces all axes. */
    public static boolean takes(NormReduction.ReduceSumSquare op) {
        return Reducer.count(op) == op.x().shape().size();
    }

    /** Returns the offer to add up. */
    public static KernelMatch offer(NormReduction.ReduceSumSquare op) {
        int size = op.x().shape().size();
        int width = Math.min(MOST_SUMS, StepLoops.vectors(size / AT_ONCE));
        return new KernelMatch.Taken(
                List.of(),
                (long) Float.BYTES * width,
                places -> new SquareSumKernel(size, width, places));
    }

    @Override
    public void run() {
        int vectors = width == 0 ? 0 : StepLoops.vectors(size);
        int block = ROUNDS * AT_ONCE * width;
        double sum = 0;
        int end = vectors;
        // Of what was just written, the end is in the cache.
        while (end > 0) {
            int start = (end - 1) / block * block;
            sum += squares(start, end);
            end = start;
        }
        for (int i = vectors; i < size; i++) {
            float element = ScalarOps.load(x, i);
            sum += element * element;
        }
        ScalarOps.store((float) sum, y, 0);
    }

    private double squares(int start, int end) {
        sums.fill((byte) 0);
        int i = start;
        for (; i <= end - AT_ONCE * width; i += AT_ONCE * width) {
            addFour(i);
        }
        for (; i < end; i += width) {
            add(i, Math.min(width, end - i));
        }
        return SumKernel.sum(sums, 0, width);
    }

    /** With offsets that are long from the start no bounds are looked at inside of the loop. */
    private void addFour(int from) {
        long base = (long) Float.BYTES * from;
        for (int k = 0; k < width; k += Lanes.COUNT) {
            long offset = base + (long) AT_ONCE * Float.BYTES * k;
            FloatVector a = at(offset);
            FloatVector b = at(offset + BYTES);
            FloatVector c = at(offset + 2 * BYTES);
            FloatVector d = at(offset + 3 * BYTES);
            FloatVector sum = a.mul(a).add(b.mul(b)).add(c.mul(c).add(d.mul(d)));
            Lanes.store(Lanes.load(sums, k).add(sum), sums, k);
        }
    }

    private FloatVector at(long offset) {
        return FloatVector.fromMemorySegment(Lanes.FLOATS, OffHeap.known(x), offset, Lanes.ORDER);
    }

    private void add(int from, int count) {
        for (int k = 0; k < count; k += Lanes.COUNT) {
            FloatVector a = Lanes.load(x, from + k);
            Lanes.store(Lanes.load(sums, k).add(a.mul(a)), sums, k);
        }
    }
}
