package propane.spi.cpu;

import propane.spi.op.Operation;

/**
 * Computes some operations on the CPU engine in a way of its own. It is found as a service: {@code
 * provides propane.spi.cpu.KernelProvider with …} in a module, or a file {@code
 * META-INF/services/propane.spi.cpu.KernelProvider} on the class path. For each program that is
 * compiled one is made by its constructor without parameters, and asked before Propane's own; the
 * report of the program names it at the operations that it took. The system property {@code
 * propane.provider} takes its name, too.
 */
public interface KernelProvider extends AutoCloseable {
    /** Returns the name, as reports spell it. */
    String name();

    /** Returns a few words on what it works with here. */
    default String describe() {
        return name();
    }

    /**
     * Takes an operation, or says why not; it may be asked about one operation more than once. What
     * is taken is computed by itself, not in one loop with its neighbours. Where nobody takes an
     * operation, its decomposition is offered in its place, if it has one.
     */
    KernelMatch offer(Operation operation);

    /** Frees what its kernels share; none of them runs afterwards. */
    @Override
    default void close() {}
}
