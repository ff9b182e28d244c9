package propane.engine.cpu.kernel;

import java.lang.foreign.MemorySegment;

/** Products of the rows of many steps with one matrix, which is packed once for all of them. */
final class StepProduct {
    private final MatrixProduct product;
    private final MemorySegment[] panels;

    /**
     * Takes its memory.
     *
     * @param scratch as much as {@link #scratchBytes} says, from its start
     */
    StepProduct(MatrixProduct product, MemorySegment scratch) {
        this.product = product;
        this.panels = new MemorySegment[product.panels()];
        for (int i = 0; i < panels.length; i++) {
            panels[i] = scratch.asSlice(i * product.scratchBytes(), product.scratchBytes());
        }
    }

    /** Returns how much scratch memory the panels want. */
    static long scratchBytes(MatrixProduct product) {
        return product.panels() * product.scratchBytes();
    }

    /** Packs the right factor. */
    void pack(MemorySegment weights) {
        for (int i = 0; i < panels.length; i++) {
            product.pack(weights, 0, product.column(i), panels[i]);
        }
    }

    /** Computes the product of the rows from one element on, into those from another on. */
    void run(MemorySegment x, int xBase, MemorySegment z, int zBase) {
        for (int i = 0; i < panels.length; i++) {
            product.run(x, xBase, product.column(i), panels[i], z, zBase);
        }
    }
}
