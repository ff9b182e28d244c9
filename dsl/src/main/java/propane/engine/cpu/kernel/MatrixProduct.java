package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;

import java.lang.foreign.MemorySegment;

/**
 * The product of two matrices: the right one is packed into panels two vectors wide, zeros after
 * its last column, and goes by blocks of four rows of the left one (Goto and van de Geijn, Anatomy
 * of high-performance matrix multiplication, 2008, without blocking for caches).
 *
 * @param rows of the left factor and the product
 * @param columns of the right factor and the product
 * @param inner columns of the left factor, rows of the right one
 * @param transposeX whether the left factor is stored by columns
 * @param transposeY whether the right factor is stored by columns
 */
record MatrixProduct(int rows, int columns, int inner, boolean transposeX, boolean transposeY) {
    private static final int PANEL = 2 * Lanes.COUNT;

    /** Returns how much scratch memory it wants: a panel, and four rows of one. */
    long scratchBytes() {
        return 4L * PANEL * (inner + 4);
    }

    /**
     * Computes.
     *
     * @param x the left factor
     * @param xBase its first element
     * @param y the right factor
     * @param yBase its first element
     * @param z the product
     * @param zBase its first element
     * @param scratch scratch memory
     */
    void run(
            MemorySegment x,
            int xBase,
            MemorySegment y,
            int yBase,
            MemorySegment z,
            int zBase,
            MemorySegment scratch) {
        for (int panel = 0; panel < columns; panel += PANEL) {
            pack(y, yBase, panel, scratch);
            run(x, xBase, panel, scratch, z, zBase);
        }
    }

    /** Returns how many panels the right factor has. */
    int panels() {
        return Math.ceilDiv(columns, PANEL);
    }

    /** Returns the first column of a panel. */
    int column(int panel) {
        return panel * PANEL;
    }

    /** Computes the columns of one panel, which is packed already. */
    void run(
            MemorySegment x,
            int xBase,
            int panel,
            MemorySegment packed,
            MemorySegment z,
            int zBase) {
        int width = Math.min(PANEL, columns - panel);
        int row = 0;
        for (; row <= rows - 4; row += 4) {
            if (width == PANEL) {
                four(x, xBase, row, packed, z, zBase + row * columns + panel, columns);
            } else {
                four(x, xBase, row, packed, packed, inner * PANEL, PANEL);
                unpack(packed, 4, width, z, zBase + row * columns + panel);
            }
        }
        for (; row < rows; row++) {
            one(x, xBase, row, packed);
            unpack(packed, 1, width, z, zBase + row * columns + panel);
        }
    }

    /** Packs the panel that begins at a column. */
    void pack(MemorySegment y, int base, int panel, MemorySegment packed) {
        int width = Math.min(PANEL, columns - panel);
        if (width < PANEL) {
            packed.fill((byte) 0);
        }
        if (transposeY) {
            for (int j = 0; j < width; j++) {
                int from = base + (panel + j) * inner;
                for (int k = 0; k < inner; k++) {
                    ScalarOps.store(ScalarOps.load(y, from + k), packed, k * PANEL + j);
                }
            }
            return;
        }
        for (int k = 0; k < inner; k++) {
            long from = 4L * (base + k * columns + panel);
            MemorySegment.copy(y, from, packed, 4L * k * PANEL, 4L * width);
        }
    }

    private static final int HALF = Lanes.COUNT;

    private void four(
            MemorySegment x,
            int base,
            int row,
            MemorySegment packed,
            MemorySegment z,
            int to,
            int toStride) {
        int step = transposeX ? rows : 1;
        int next = transposeX ? 1 : inner;
        int a = base + (transposeX ? row : row * inner);
        FloatVector s00 = Lanes.all(0);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        for (int k = 0; k < inner; k++) {
            FloatVector y0 = Lanes.load(packed, k * PANEL);
            FloatVector y1 = Lanes.load(packed, k * PANEL + HALF);
            FloatVector x0 = Lanes.all(ScalarOps.load(x, a));
            FloatVector x1 = Lanes.all(ScalarOps.load(x, a + next));
            FloatVector x2 = Lanes.all(ScalarOps.load(x, a + 2 * next));
            FloatVector x3 = Lanes.all(ScalarOps.load(x, a + 3 * next));
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            s10 = x1.fma(y0, s10);
            s11 = x1.fma(y1, s11);
            s20 = x2.fma(y0, s20);
            s21 = x2.fma(y1, s21);
            s30 = x3.fma(y0, s30);
            s31 = x3.fma(y1, s31);
            a += step;
        }
        Lanes.store(s00, z, to);
        Lanes.store(s01, z, to + HALF);
        Lanes.store(s10, z, to + toStride);
        Lanes.store(s11, z, to + toStride + HALF);
        Lanes.store(s20, z, to + 2 * toStride);
        Lanes.store(s21, z, to + 2 * toStride + HALF);
        Lanes.store(s30, z, to + 3 * toStride);
        Lanes.store(s31, z, to + 3 * toStride + HALF);
    }

    /** One row, into the scratch memory after the panel. */
    private void one(MemorySegment x, int base, int row, MemorySegment packed) {
        int step = transposeX ? rows : 1;
        int a = base + (transposeX ? row : row * inner);
        FloatVector s0 = Lanes.all(0);
        FloatVector s1 = s0;
        for (int k = 0; k < inner; k++) {
            FloatVector xs = Lanes.all(ScalarOps.load(x, a));
            s0 = xs.fma(Lanes.load(packed, k * PANEL), s0);
            s1 = xs.fma(Lanes.load(packed, k * PANEL + HALF), s1);
            a += step;
        }
        Lanes.store(s0, packed, inner * PANEL);
        Lanes.store(s1, packed, inner * PANEL + HALF);
    }

    /** Copies rows from after the panel to where they belong. */
    private void unpack(MemorySegment packed, int count, int width, MemorySegment z, int to) {
        for (int i = 0; i < count; i++) {
            long from = 4L * PANEL * (inner + i);
            MemorySegment.copy(packed, from, z, 4L * (to + i * columns), 4L * width);
        }
    }
}
