package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.loop.Function;
import propane.engine.cpu.loop.RowLoop;
import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.engine.cpu.plan.Fused;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Activation;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;

/**
 * Softmax along an axis; [outer, length, inner] with the axis in the middle.
 *
 * @param x the operand
 * @param y the result, perhaps the operand's memory
 * @param outer how many elements the axes before have
 * @param length the length of the axis
 * @param inner how many elements the axes after it have
 */
public record SoftmaxKernel(MemorySegment x, MemorySegment y, int outer, int length, int inner)
        implements Kernel {
    private static final RowLoop EXP = RowLoop.of(Function.EXP);

    /** So many elements are computed together: few enough for the nearest cache. */
    private static final int BLOCK = 2048;

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(Fused unit, Activation.Softmax op) {
        Shape shape = op.x().shape();
        int length = shape.dim(op.axis());
        int inner = shape.after(op.axis()).size();
        int outer = shape.size() == 0 ? 0 : shape.before(op.axis()).size();
        return KernelMatch.inPlace(
                unit.operation(),
                (operands, results) ->
                        new SoftmaxKernel(operands[0], results[0], outer, length, inner));
    }

    @Override
    public void run() {
        int slice = length * inner;
        int most = Math.max(1, BLOCK / Math.max(1, slice));
        for (int first = 0; first < outer; first += most) {
            int last = Math.min(outer, first + most);
            int from = first * slice;
            int to = last * slice;
            for (int i = first; i < last; i++) {
                for (int j = 0; j < inner; j++) {
                    shift(i * slice + j);
                }
            }
            EXP.run(y, from, y, from, to - from);
            for (int i = first; i < last; i++) {
                for (int j = 0; j < inner; j++) {
                    normalize(i * slice + j);
                }
            }
        }
    }

    /** Makes y what x is below its largest element. */
    private void shift(int from) {
        int end = from + length * inner;
        int k = from;
        float max = max(from, end);
        for (int vectors = vectorsEnd(from); k < vectors; k += Lanes.COUNT) {
            Lanes.store(Lanes.load(x, k).sub(max), y, k);
        }
        for (; k < end; k += inner) {
            ScalarOps.store(ScalarOps.load(x, k) - max, y, k);
        }
    }

    /** Where the elements of whole vectors end: there are none where elements lie apart. */
    private int vectorsEnd(int from) {
        return inner == 1 ? from + (length & -Lanes.COUNT) : from;
    }

    private float max(int from, int end) {
        if (inner == 1) {
            return ExtremeKernel.max(x, from, length, 1);
        }
        float max = Float.NEGATIVE_INFINITY;
        for (int k = from; k < end; k += inner) {
            max = Math.max(max, ScalarOps.load(x, k));
        }
        return max;
    }

    /** Divides by the sum. */
    private void normalize(int from) {
        int end = from + length * inner;
        float share = (float) (1 / sum(from, end));
        int k = from;
        for (int vectors = vectorsEnd(from); k < vectors; k += Lanes.COUNT) {
            Lanes.store(Lanes.load(y, k).mul(share), y, k);
        }
        for (; k < end; k += inner) {
            ScalarOps.store(ScalarOps.load(y, k) * share, y, k);
        }
    }

    private double sum(int from, int end) {
        double sum = 0;
        int k = from;
        int vectors = vectorsEnd(from);
        if (vectors > from) {
            FloatVector lanes = Lanes.all(0);
            for (; k < vectors; k += Lanes.COUNT) {
                lanes = lanes.add(Lanes.load(y, k));
            }
            sum = Lanes.sum(lanes);
        }
        for (; k < end; k += inner) {
            sum += ScalarOps.load(y, k);
        }
        return sum;
    }
}
