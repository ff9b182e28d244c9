package propane.engine.cpu;

/** One way of computing ops. A provider says of each unit of work whether it takes it. */
interface KernelProvider extends AutoCloseable {
    /** Returns the name, as reports spell it. */
    String name();

    /** Returns a few words on what it works with here. */
    String describe();

    /** Returns whether it takes several elementwise operations as one unit. */
    default boolean fuses() {
        return false;
    }

    /** Takes a unit of work, or says why not. */
    Offer offer(Unit unit);

    /** Frees what its kernels share; none of them runs afterwards. */
    @Override
    default void close() {}
}
