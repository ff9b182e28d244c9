package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.FloatMath;
import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.engine.cpu.math.VectorMath;
import propane.engine.cpu.plan.Kernel;
import propane.engine.cpu.plan.Offer;
import propane.engine.cpu.plan.Unit;
import propane.tensor.Activation;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;

/**
 * Softmax along an axis; [outer, length, inner] with the axis in the middle.
 *
 * @param x the operand
 * @param y the result, perhaps the operand's memory
 * @param outer how many elements the axes before have
 * @param length the length of the axis
 * @param inner how many elements the axes behind have
 */
public record SoftmaxKernel(MemorySegment x, MemorySegment y, int outer, int length, int inner)
        implements Kernel {
    /** Returns the offer to compute an operation. */
    public static Offer offer(Unit unit, Activation.Softmax op) {
        Shape shape = op.x().shape();
        int length = shape.dim(op.axis());
        int inner = shape.strides()[shape.axis(op.axis())];
        int outer = length * inner == 0 ? 0 : shape.size() / (length * inner);
        return Offer.inPlace(
                unit,
                (operands, results) ->
                        new SoftmaxKernel(operands[0], results[0], outer, length, inner));
    }

    @Override
    public void run() {
        for (int i = 0; i < outer; i++) {
            if (inner == 1) {
                row(i * length);
            } else {
                for (int j = 0; j < inner; j++) {
                    column(i * length * inner + j);
                }
            }
        }
    }

    private void row(int from) {
        float max = ExtremeKernel.max(x, from, length, 1);
        int vectors = length & -Lanes.COUNT;
        FloatVector lanes = Lanes.all(0);
        int k = 0;
        for (; k < vectors; k += Lanes.COUNT) {
            FloatVector e = VectorMath.exp(Lanes.load(x, from + k).sub(max));
            lanes = lanes.add(e);
            Lanes.store(e, y, from + k);
        }
        double sum = vectors == 0 ? 0 : Lanes.sum(lanes);
        for (; k < length; k++) {
            float e = FloatMath.exp(ScalarOps.load(x, from + k) - max);
            sum += e;
            ScalarOps.store(e, y, from + k);
        }
        float share = (float) (1 / sum);
        for (k = 0; k < vectors; k += Lanes.COUNT) {
            Lanes.store(Lanes.load(y, from + k).mul(share), y, from + k);
        }
        for (; k < length; k++) {
            ScalarOps.store(ScalarOps.load(y, from + k) * share, y, from + k);
        }
    }

    private void column(int from) {
        float max = Float.NEGATIVE_INFINITY;
        int end = from + length * inner;
        for (int k = from; k < end; k += inner) {
            max = Math.max(max, ScalarOps.load(x, k));
        }
        double sum = 0;
        for (int k = from; k < end; k += inner) {
            float e = FloatMath.exp(ScalarOps.load(x, k) - max);
            sum += e;
            ScalarOps.store(e, y, k);
        }
        float share = (float) (1 / sum);
        for (int k = from; k < end; k += inner) {
            ScalarOps.store(ScalarOps.load(y, k) * share, y, k);
        }
    }
}
