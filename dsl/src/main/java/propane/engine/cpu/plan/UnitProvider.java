package propane.engine.cpu.plan;

import propane.spi.cpu.KernelMatch;
import propane.spi.op.Operation;

/** One way of computing ops. A provider says of each unit of work whether it takes it. */
public interface UnitProvider extends AutoCloseable {
    /** Returns the name, as reports spell it. */
    String name();

    /** Returns a few words on what it works with here. */
    String describe();

    /** Returns what it costs to compute an operation in one unit with others. */
    default FusionCost fusionCost(Operation operation) {
        return FusionCost.ALONE;
    }

    /** Returns whether it takes an operation that must then not be joined with others. */
    default boolean claims(Operation operation) {
        return false;
    }

    /** Takes a unit of work, or says why not. */
    KernelMatch offer(Fused unit);

    /** Frees what its kernels share; none of them runs afterwards. */
    @Override
    default void close() {}
}
