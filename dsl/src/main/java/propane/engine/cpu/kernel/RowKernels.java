package propane.engine.cpu.kernel;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Gathering;
import propane.spi.op.ScatterMode;
import propane.spi.op.Scattering;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;

/** Kernels that read or add whole rows, as embeddings and their gradients do. */
public final class RowKernels {
    private RowKernels() {}

    /** Returns whether an op gathers along the first axis. */
    public static boolean isOfRows(Gathering.Gather op) {
        return op.batchDims() == 0 && op.x().shape().axis(op.axis()) == 0;
    }

    /** Returns whether an op adds along the first axis. */
    public static boolean isOfRows(Scattering.Scatter op) {
        return op.mode() == ScatterMode.ADD && op.data().shape().axis(op.axis()) == 0;
    }

    /** Returns the offer to read rows. */
    public static KernelMatch gather(Gathering.Gather op) {
        long row = (long) width(op.x().shape()) * op.x().dtype().bytes();
        int rows = op.x().dim(0);
        return KernelMatch.taken(
                (operands, results) -> new Gather(operands[0], operands[1], results[0], rows, row));
    }

    /** Returns the offer to add rows up. */
    public static KernelMatch add(Scattering.Scatter op) {
        int width = width(op.data().shape());
        int rows = op.data().dim(0);
        return KernelMatch.taken((operands, results) ->
                new Add(operands[0], operands[1], operands[2], results[0], rows, width));
    }

    private static int width(Shape shape) {
        int width = 1;
        for (int axis = 1; axis < shape.rank(); axis++) {
            width *= shape.dim(axis);
        }
        return width;
    }

    private static int count(MemorySegment indices) {
        return (int) (indices.byteSize() / Integer.BYTES);
    }

    /**
     * Rows by their numbers; zeros for a number outside.
     *
     * @param x the rows
     * @param indices the numbers
     * @param y the result
     * @param rows how many rows there are
     * @param bytes the size of a row
     */
    record Gather(MemorySegment x, MemorySegment indices, MemorySegment y, int rows, long bytes)
            implements Kernel {
        @Override
        public void run() {
            int count = count(indices);
            for (int i = 0; i < count; i++) {
                int index = ScalarOps.loadInt(indices, i);
                if (index >= 0 && index < rows) {
                    MemorySegment.copy(x, index * bytes, y, i * bytes, bytes);
                } else {
                    y.asSlice(i * bytes, bytes).fill((byte) 0);
                }
            }
        }
    }

    /**
     * Rows of floats added to others by their numbers; one with a number outside is left out.
     *
     * @param data what is added to
     * @param indices the numbers
     * @param updates the rows to add
     * @param y the result
     * @param rows how many rows the data have
     * @param width the length of a row
     */
    record Add(
            MemorySegment data,
            MemorySegment indices,
            MemorySegment updates,
            MemorySegment y,
            int rows,
            int width)
            implements Kernel {
        @Override
        public void run() {
            MemorySegment.copy(data, 0, y, 0, y.byteSize());
            int count = count(indices);
            for (int i = 0; i < count; i++) {
                int index = ScalarOps.loadInt(indices, i);
                if (index >= 0 && index < rows) {
                    add(i * width, index * width);
                }
            }
        }

        private void add(int from, int to) {
            int vectors = width & -Lanes.COUNT;
            int k = 0;
            for (; k < vectors; k += Lanes.COUNT) {
                Lanes.store(Lanes.load(y, to + k).add(Lanes.load(updates, from + k)), y, to + k);
            }
            for (; k < width; k++) {
                float sum = ScalarOps.load(y, to + k) + ScalarOps.load(updates, from + k);
                ScalarOps.store(sum, y, to + k);
            }
        }
    }
}
