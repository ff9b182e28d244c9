package propane.engine.cpu;

/** One prepared piece of a run: where it reads and writes was settled when it was made. */
interface Kernel extends AutoCloseable {
    /** Computes. Allocates nothing once the virtual machine has compiled it. */
    void run();

    /** Frees what was made for it. */
    @Override
    default void close() {}
}
