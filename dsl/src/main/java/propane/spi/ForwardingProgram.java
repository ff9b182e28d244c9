package propane.spi;

import java.util.List;

/**
 * A compiled program that is another one in all that it does not say itself. What runs beside a
 * function ({@link #run(String, Runnable)}) follows {@link #run(String)} here, so that one method
 * says all of what a run does; who wants both at once overrides the other, too.
 */
public interface ForwardingProgram extends CompiledProgram {
    /** Returns the other one. */
    CompiledProgram program();

    @Override
    default boolean run(String function) {
        return program().run(function);
    }

    @Override
    default boolean isSpoiled() {
        return program().isSpoiled();
    }

    @Override
    default void upload() {
        program().upload();
    }

    @Override
    default void refresh() {
        program().refresh();
    }

    @Override
    default DeviceReport report() {
        return program().report();
    }

    @Override
    default int changes() {
        return program().changes();
    }

    @Override
    default List<RunStats> stats() {
        return program().stats();
    }

    @Override
    default void close() {
        program().close();
    }
}
