package propane.engine.cpu.kernel;

import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.StridedView;
import propane.spi.op.TensorOperation;
import propane.spi.op.ViewCopy;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Kernels of ops that only move elements, of any element type. */
public final class CopyKernels {
    private CopyKernels() {}

    /** Returns the offer of a copy of a view. */
    public static KernelMatch view(ViewCopy op) {
        StridedView view = op.view();
        Shape lengths = new Shape(view.lengths());
        int[] strides = view.strides().stream().mapToInt(Integer::intValue).toArray();
        var copy = copy(lengths.toArray(), strides, lengths.strides(), op.x().dtype());
        return KernelMatch.taken(
                (operands, results) -> new Move(copy, operands[0], view.start(), results[0], 0));
    }

    /** Returns the offer of one value everywhere. */
    public static KernelMatch fill(DType dtype, double value) {
        return KernelMatch.taken((_, results) -> new Fill(results[0], dtype, value));
    }

    /** Returns the offer of a padded array. */
    public static KernelMatch pad(TensorOperation.Pad op) {
        TensorType type = op.infer();
        int[] strides = type.shape().strides();
        int base = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            base += op.pad().get(2 * axis) * strides[axis];
        }
        Shape from = op.x().shape();
        int first = base;
        var copy = copy(from.toArray(), from.strides(), strides, type.dtype());
        return KernelMatch.taken((operands, results) ->
                new Join(
                        List.of(
                                new Fill(results[0], type.dtype(), op.constantVal()),
                                new Move(copy, operands[0], 0, results[0], first))));
    }

    /** Returns the offer of arrays one after the other. */
    public static KernelMatch concat(TensorOperation.Concat op) {
        TensorType type = op.infer();
        int axis = type.shape().axis(op.axis());
        int[] to = type.shape().strides();
        var copies = new ArrayList<StridedCopy>();
        int[] bases = new int[op.values().size()];
        int at = 0;
        for (int i = 0; i < bases.length; i++) {
            Shape part = op.values().get(i).shape();
            copies.add(copy(part.toArray(), part.strides(), to, type.dtype()));
            bases[i] = at * to[axis];
            at += part.dim(axis);
        }
        return KernelMatch.taken((operands, results) -> {
            var parts = new ArrayList<Kernel>();
            for (int i = 0; i < bases.length; i++) {
                parts.add(new Move(copies.get(i), operands[i], 0, results[0], bases[i]));
            }
            return new Join(parts);
        });
    }

    private static StridedCopy copy(int[] dims, int[] from, int[] to, DType dtype) {
        return new StridedCopy(dims, from, to, dtype.bytes());
    }

    /** One box of elements. */
    record Move(StridedCopy copy, MemorySegment from, int fromBase, MemorySegment to, int toBase)
            implements Kernel {
        @Override
        public void run() {
            copy.copy(from, fromBase, to, toBase);
        }
    }

    /** Several kernels as one. */
    record Join(Kernel[] parts) implements Kernel {
        Join(List<Kernel> parts) {
            this(parts.toArray(Kernel[]::new));
        }

        @Override
        public void run() {
            for (Kernel part : parts) {
                part.run();
            }
        }
    }

    /** One value everywhere. */
    record Fill(MemorySegment to, DType dtype, double value) implements Kernel {
        @Override
        public void run() {
            if (Double.compare(value, 0) == 0) {
                to.fill((byte) 0);
                return;
            }
            int size = (int) (to.byteSize() / dtype.bytes());
            for (int i = 0; i < size; i++) {
                dtype.set(to, i, value);
            }
        }
    }

    /** Returns the offer of one-hot vectors. */
    public static KernelMatch oneHot(TensorOperation.OneHot op) {
        int inner = op.infer().shape().after(op.axis()).size();
        return KernelMatch.taken(
                (operands, results) -> new OneHot(operands[0], results[0], op, inner));
    }

    /**
     * One-hot vectors along an axis, [outer, size, inner] with the new axis in the middle.
     *
     * @param indices where a one stands
     * @param y the result
     * @param op the op
     * @param inner how many elements the axes after it have
     */
    private record OneHot(
            MemorySegment indices, MemorySegment y, TensorOperation.OneHot op, int inner)
            implements Kernel {
        @Override
        public void run() {
            int size = op.oneHotVectorSize();
            int total = (int) (y.byteSize() / Float.BYTES);
            for (int i = 0; i < total; i++) {
                ScalarOps.store(op.offValue(), y, i);
            }
            int count = (int) (indices.byteSize() / Integer.BYTES);
            for (int i = 0; i < count; i++) {
                int index = ScalarOps.loadInt(indices, i);
                if (index >= 0 && index < size) {
                    int at = (i / inner * size + index) * inner + i % inner;
                    ScalarOps.store(op.onValue(), y, at);
                }
            }
        }
    }
}
