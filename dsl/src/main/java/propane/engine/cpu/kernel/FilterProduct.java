package propane.engine.cpu.kernel;

import propane.engine.cpu.math.ScalarOps;
import propane.spi.op.Convolution;
import propane.spi.op.Op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The product of two matrices whose sums are taken in doubles. Long filters over one channel, as
 * those that split sound into frequencies, cancel most of a signal: what is left is small, its
 * logarithm is looked at, and sums in float32 would leave little more than their own rounding.
 */
final class FilterProduct {
    /** Shorter filters are those of images, whose results are of the size of their operands. */
    private static final int LEAST = 64;

    private static final int PANEL = 64;

    private final int rows;
    private final int columns;
    private final int inner;
    private final double[] panel;
    private final double[] sums = new double[PANEL];

    /** Prepares a product of [rows, inner] and [inner, columns]. */
    FilterProduct(int rows, int columns, int inner) {
        this.rows = rows;
        this.columns = columns;
        this.inner = inner;
        this.panel = new double[inner * PANEL];
    }

    /** Returns whether an op is a convolution with long filters along one axis of one channel. */
    static boolean isWanted(Op op) {
        return op instanceof Convolution.Conv conv
                && conv.x().dim(1) == 1
                && conv.window().kernel().stream().filter(length -> length > 1).count() == 1
                && conv.window().size() >= LEAST;
    }

    /** Computes, given the first element of each matrix. */
    void run(MemorySegment x, int xBase, MemorySegment y, MemorySegment z, int zBase) {
        for (int first = 0; first < columns; first += PANEL) {
            int width = Math.min(PANEL, columns - first);
            for (int k = 0; k < inner; k++) {
                for (int j = 0; j < width; j++) {
                    panel[k * PANEL + j] = ScalarOps.load(y, k * columns + first + j);
                }
            }
            for (int row = 0; row < rows; row++) {
                row(x, xBase + row * inner);
                for (int j = 0; j < width; j++) {
                    ScalarOps.store((float) sums[j], z, zBase + row * columns + first + j);
                }
            }
        }
    }

    private void row(MemorySegment x, int base) {
        Arrays.fill(sums, 0);
        for (int k = 0; k < inner; k++) {
            double factor = ScalarOps.load(x, base + k);
            int at = k * PANEL;
            for (int j = 0; j < PANEL; j++) {
                sums[j] += factor * panel[at + j];
            }
        }
    }
}
