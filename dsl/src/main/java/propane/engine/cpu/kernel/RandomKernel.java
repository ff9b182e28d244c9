package propane.engine.cpu.kernel;

import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.CounterRandom;
import propane.spi.op.RandomNumbers;

import java.lang.foreign.MemorySegment;

/** Random numbers, each a function of seed, step, path and its index. */
public final class RandomKernel implements Kernel {
    private final MemorySegment seed;
    private final MemorySegment step;
    private final MemorySegment y;
    private final long stream;
    private final boolean normal;

    private RandomKernel(RandomNumbers op, MemorySegment[] operands, MemorySegment result) {
        this.seed = operands[0];
        this.step = operands[1];
        this.y = result;
        this.stream = CounterRandom.stream(op.path());
        this.normal = op instanceof RandomNumbers.CounterNormal;
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(RandomNumbers op) {
        return KernelMatch.taken((operands, results) -> new RandomKernel(op, operands, results[0]));
    }

    @Override
    public void run() {
        long mixed =
                RandomNumbers.seedOf(
                        ScalarOps.loadInt(seed, 0),
                        ScalarOps.loadInt(seed, 1),
                        ScalarOps.loadInt(step, 0));
        int size = (int) (y.byteSize() / Float.BYTES);
        if (normal) {
            for (int i = 0; i < size; i++) {
                ScalarOps.store((float) CounterRandom.normal(mixed, stream, i), y, i);
            }
        } else {
            for (int i = 0; i < size; i++) {
                ScalarOps.store(CounterRandom.uniform(mixed, stream, i), y, i);
            }
        }
    }
}
