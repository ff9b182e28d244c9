package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Recurrent.Nonlinearity;
import propane.spi.op.RnnRecurrence;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The steps of plain recurrent networks with tanh or relu, and the backward pass. */
public final class RnnKernels {
    private RnnKernels() {}

    /** Returns whether there is a kernel for an activation. */
    public static boolean takes(Nonlinearity activation) {
        return activation == Nonlinearity.TANH || activation == Nonlinearity.RELU;
    }

    /** Returns the offer to compute a sequence. */
    public static KernelMatch forward(RnnRecurrence.RnnSequence op) {
        int units = op.weightHh().dim(1);
        var product = new MatrixProduct(op.x().dim(1), units, units, false, true);
        return new KernelMatch.Taken(
                List.of(),
                StepProduct.scratchBytes(product),
                places ->
                        new Forward(
                                Sweep.of(op.x().shape(), op.reverse()),
                                op.activation() == Nonlinearity.TANH,
                                new StepProduct(product, places.scratch()),
                                places.of(op.x()),
                                places.of(op.initialH()),
                                places.of(op.weightHh()),
                                places.result(0)));
    }

    /** Returns the offer to compute a sequence's gradients. */
    public static KernelMatch backward(RnnRecurrence.RnnSequenceGradient op) {
        int units = op.weightHh().dim(1);
        var product = new MatrixProduct(op.y().dim(1), units, units, false, false);
        return new KernelMatch.Taken(
                List.of(),
                StepProduct.scratchBytes(product),
                places ->
                        new Backward(
                                Sweep.of(op.y().shape(), op.reverse()),
                                op.activation() == Nonlinearity.TANH,
                                new StepProduct(product, places.scratch()),
                                places.of(op.y()),
                                places.of(op.weightHh()),
                                places.of(op.gradient()),
                                places.result(0),
                                places.result(1)));
    }

    /**
     * How many steps of which size there are, and in which order.
     *
     * @param steps how many
     * @param size the elements of one
     * @param reverse whether the last comes first
     */
    private record Sweep(int steps, int size, boolean reverse) {
        private static Sweep of(Shape shape, boolean reverse) {
            return new Sweep(shape.dim(0), shape.dim(1) * shape.dim(2), reverse);
        }

        /** Returns the first element of the step that is taken as number i. */
        private int at(int i) {
            return (reverse ? steps - 1 - i : i) * size;
        }
    }

    /**
     * The steps.
     *
     * @param sweep their order
     * @param isTanh tanh, else relu
     * @param product by the weights
     * @param x the operand
     * @param initial the state before
     * @param weights the weights
     * @param y the result
     */
    private record Forward(
            Sweep sweep,
            boolean isTanh,
            StepProduct product,
            MemorySegment x,
            MemorySegment initial,
            MemorySegment weights,
            MemorySegment y)
            implements Kernel {
        @Override
        public void run() {
            product.pack(weights);
            for (int i = 0; i < sweep.steps(); i++) {
                int at = sweep.at(i);
                product.run(i == 0 ? initial : y, i == 0 ? 0 : sweep.at(i - 1), y, at);
                StepLoops.add(x, at, y, at, sweep.size());
                if (isTanh) {
                    StepLoops.tanh(y, at, y, at, sweep.size());
                } else {
                    StepLoops.relu(y, at, sweep.size());
                }
            }
        }
    }

    /**
     * The backward pass; what goes from a step to the one before it lies in the second result.
     *
     * @param sweep the order of the steps
     * @param isTanh tanh, else relu
     * @param product by the weights
     * @param y the steps' results
     * @param weights the weights
     * @param gradient the gradient of the results
     * @param ofInputs the first result
     * @param ofH the second result
     */
    private record Backward(
            Sweep sweep,
            boolean isTanh,
            StepProduct product,
            MemorySegment y,
            MemorySegment weights,
            MemorySegment gradient,
            MemorySegment ofInputs,
            MemorySegment ofH)
            implements Kernel {
        @Override
        public void run() {
            product.pack(weights);
            ofH.fill((byte) 0);
            for (int i = sweep.steps() - 1; i >= 0; i--) {
                int at = sweep.at(i);
                StepLoops.add(gradient, at, ofH, 0, sweep.size());
                if (isTanh) {
                    tanh(at);
                } else {
                    relu(at);
                }
                product.run(ofInputs, at, ofH, 0);
            }
        }

        private void tanh(int at) {
            FloatVector one = Lanes.all(1);
            int k = 0;
            for (; k < StepLoops.vectors(sweep.size()); k += Lanes.COUNT) {
                FloatVector t = Lanes.load(y, at + k);
                FloatVector slope = one.sub(t.mul(t));
                Lanes.store(Lanes.load(ofH, k).mul(slope), ofInputs, at + k);
            }
            for (; k < sweep.size(); k++) {
                float t = ScalarOps.load(y, at + k);
                ScalarOps.store(ScalarOps.load(ofH, k) * (1 - t * t), ofInputs, at + k);
            }
        }

        private void relu(int at) {
            FloatVector zero = Lanes.all(0);
            int k = 0;
            for (; k < StepLoops.vectors(sweep.size()); k += Lanes.COUNT) {
                var isOpen = Lanes.load(y, at + k).compare(VectorOperators.GT, 0);
                Lanes.store(zero.blend(Lanes.load(ofH, k), isOpen), ofInputs, at + k);
            }
            for (; k < sweep.size(); k++) {
                float open = ScalarOps.load(y, at + k) > 0 ? ScalarOps.load(ofH, k) : 0;
                ScalarOps.store(open, ofInputs, at + k);
            }
        }
    }
}
