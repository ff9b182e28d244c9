package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.loop.Function;
import propane.engine.cpu.loop.RowLoop;
import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;

import java.lang.foreign.MemorySegment;

/** Loops over elements that lie together, one function each, so that vectors stay in registers. */
final class StepLoops {
    private static final RowLoop SIGMOID = RowLoop.of(Function.SIGMOID);
    private static final RowLoop TANH = RowLoop.of(Function.TANH);

    private StepLoops() {}

    /** Returns how many elements whole vectors hold. */
    static int vectors(int count) {
        return count & -Lanes.COUNT;
    }

    /** Adds x to y. */
    static void add(MemorySegment x, int from, MemorySegment y, int to, int count) {
        int k = 0;
        for (; k < vectors(count); k += Lanes.COUNT) {
            Lanes.store(Lanes.load(y, to + k).add(Lanes.load(x, from + k)), y, to + k);
        }
        for (; k < count; k++) {
            ScalarOps.store(ScalarOps.load(y, to + k) + ScalarOps.load(x, from + k), y, to + k);
        }
    }

    /** Puts 1 / (1 + e^−y) in place of y. */
    static void sigmoid(MemorySegment y, int from, int count) {
        SIGMOID.run(y, from, y, from, count);
    }

    /** Makes y the hyperbolic tangent of x, which may be the same memory. */
    static void tanh(MemorySegment x, int from, MemorySegment y, int to, int count) {
        TANH.run(x, from, y, to, count);
    }

    /** Puts max(y, 0) in place of y. */
    static void relu(MemorySegment y, int from, int count) {
        int k = from;
        FloatVector zero = Lanes.all(0);
        for (; k < from + vectors(count); k += Lanes.COUNT) {
            Lanes.store(Lanes.load(y, k).max(zero), y, k);
        }
        for (; k < from + count; k++) {
            ScalarOps.store(Math.max(ScalarOps.load(y, k), 0), y, k);
        }
    }

    /** Multiplies y by x. */
    static void multiply(MemorySegment x, int from, MemorySegment y, int to, int count) {
        int k = 0;
        for (; k < vectors(count); k += Lanes.COUNT) {
            Lanes.store(Lanes.load(y, to + k).mul(Lanes.load(x, from + k)), y, to + k);
        }
        for (; k < count; k++) {
            ScalarOps.store(ScalarOps.load(y, to + k) * ScalarOps.load(x, from + k), y, to + k);
        }
    }
}
