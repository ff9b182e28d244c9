package propane.engine.cpu.kernel;

import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Reduction;

import java.lang.foreign.MemorySegment;

/** Sums of float16, rounded at every element as the Neural Engine does. */
public final class HalfSumKernel implements Kernel {
    private final MemorySegment x;
    private final MemorySegment y;
    private final Reducer reducer;

    private HalfSumKernel(MemorySegment x, MemorySegment y, Reducer reducer) {
        this.x = x;
        this.y = y;
        this.reducer = reducer;
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(Reduction.ReduceSum op) {
        Reducer reducer = Reducer.of(op);
        return KernelMatch.taken((in, out) -> new HalfSumKernel(in[0], out[0], reducer));
    }

    @Override
    public void run() {
        int[] kept = reducer.kept();
        int run = reducer.run();
        int results = reducer.runIsReduced() ? 1 : run;
        int length = reducer.runIsReduced() ? run : 1;
        for (int i = 0; i < kept.length; i++) {
            for (int j = 0; j < results; j++) {
                ScalarOps.storeHalf(sum(kept[i] + j, length), y, i * results + j);
            }
        }
    }

    private float sum(int from, int length) {
        float sum = 0;
        for (int offset : reducer.reduced()) {
            int start = from + offset;
            for (int i = start; i < start + length; i++) {
                sum = ScalarOps.half(sum + ScalarOps.loadHalf(x, i));
            }
        }
        return sum;
    }
}
