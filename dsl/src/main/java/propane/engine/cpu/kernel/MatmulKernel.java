package propane.engine.cpu.kernel;

import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Broadcast;
import propane.spi.op.Linear;
import propane.tensor.Shape;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** Matrix products, as many as the axes before the last two say. */
public final class MatmulKernel implements Kernel {
    private final MatrixProduct product;
    private final MemorySegment x;
    private final MemorySegment y;
    private final MemorySegment z;
    private final MemorySegment scratch;
    private final int[] xBases;
    private final int[] yBases;

    private MatmulKernel(Linear.Matmul op, MatrixProduct product, KernelMatch.Places places) {
        this.product = product;
        this.x = places.of(op.x());
        this.y = places.of(op.y());
        this.z = places.result(0);
        this.scratch = places.scratch();
        Shape outer = op.infer().shape().before(-2);
        this.xBases = bases(op.x().shape().before(-2), outer, product.rows() * product.inner());
        this.yBases = bases(op.y().shape().before(-2), outer, product.inner() * product.columns());
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(Linear.Matmul op) {
        Shape shape = op.infer().shape();
        var product =
                new MatrixProduct(
                        shape.dim(-2),
                        shape.dim(-1),
                        op.x().dim(op.transposeX() ? -2 : -1),
                        op.transposeX(),
                        op.transposeY());
        return new KernelMatch.Taken(
                List.of(), product.scratchBytes(), places -> new MatmulKernel(op, product, places));
    }

    /** Returns where each of the matrices of a factor starts that is broadcast to a shape. */
    static int[] bases(Shape from, Shape to, int size) {
        var place = new Broadcast(from, to);
        return IntStream.range(0, to.size()).map(i -> place.index(i) * size).toArray();
    }

    @Override
    public void run() {
        int size = product.rows() * product.columns();
        for (int i = 0; i < xBases.length; i++) {
            product.run(x, xBases[i], y, yBases[i], z, i * size, scratch);
        }
    }
}
