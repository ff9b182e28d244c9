package propane.engine.cpu.plan;

/** Work memory that is needed for some stretch of a run; the stretch may still grow. */
final class BufferSlot {
    private final long bytes;
    private final int from;
    private int to;
    private long offset;

    /**
     * Makes a slot.
     *
     * @param bytes its size
     * @param from the first moment it is needed
     */
    BufferSlot(long bytes, int from) {
        this.bytes = bytes;
        this.from = from;
        this.to = from;
    }

    long bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    /** Returns the last moment it is needed. */
    int to() {
        return to;
    }

    void neededAt(int moment) {
        to = Math.max(to, moment);
    }

    long offset() {
        return offset;
    }

    void place(long start) {
        offset = start;
    }

    boolean meets(BufferSlot other) {
        return from <= other.to && other.from <= to;
    }
}
