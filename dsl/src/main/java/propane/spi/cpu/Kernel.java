package propane.spi.cpu;

/**
 * One prepared piece of a run: where it reads and writes was settled when it was made. It holds
 * nothing of its own to be freed: memory is the program's, what a library made is the provider's.
 */
@FunctionalInterface
public interface Kernel {
    /** Computes. Allocates nothing once the virtual machine has compiled it. */
    void run();

    /** Returns whether it tells itself where an element that is watched is not finite. */
    default boolean tellsFaults() {
        return false;
    }
}
