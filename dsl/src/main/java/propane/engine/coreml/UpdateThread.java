package propane.engine.coreml;

import propane.spi.CompiledProgram;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread on which the second half of a step runs while its caller brings the next examples to the
 * device. It is used by one caller at a time and allocates nothing when it runs.
 */
final class UpdateThread implements AutoCloseable {
    private static final int SPINS = 1_000;

    private final CompiledProgram program;
    private final Thread thread;
    private volatile Stage stage = Stage.IDLE;
    // These are handed over with the stage.
    private String function = "";
    private Thread caller = Thread.currentThread();
    private boolean isFinite;
    private Optional<Throwable> failure = Optional.empty();

    private enum Stage {
        IDLE,
        ASKED,
        DONE,
        CLOSED
    }

    UpdateThread(CompiledProgram program) {
        this.program = program;
        this.thread = Thread.ofPlatform().daemon().name("propane update").start(this::serve);
    }

    CompiledProgram program() {
        return program;
    }

    /** Runs a function on the caller's own thread. */
    boolean run(String function) {
        return program.run(function);
    }

    /**
     * Runs a function beside something else, and returns when both have ended.
     *
     * @return whether its results are finite
     */
    boolean run(String function, Runnable meanwhile) {
        this.function = function;
        caller = Thread.currentThread();
        stage = Stage.ASKED;
        LockSupport.unpark(thread);
        try {
            meanwhile.run();
        } finally {
            await(Stage.DONE);
            stage = Stage.IDLE;
        }
        if (failure.isPresent()) {
            throw failed(failure.get());
        }
        return isFinite;
    }

    private static RuntimeException failed(Throwable failure) {
        return switch (failure) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(failure);
        };
    }

    private void serve() {
        while (await(Stage.ASKED)) {
            failure = Optional.empty();
            try {
                isFinite = program.run(function);
            } catch (Throwable e) {
                failure = Optional.of(e);
            }
            stage = Stage.DONE;
            LockSupport.unpark(caller);
        }
    }

    /** Waits for a stage; returns false if it was closed instead. */
    private boolean await(Stage wanted) {
        // The two parts are of like length: waiting is mostly short.
        for (int i = 0; stage != wanted; i++) {
            if (stage == Stage.CLOSED) {
                return false;
            }
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return true;
    }

    @Override
    public void close() {
        stage = Stage.CLOSED;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        program.close();
    }
}
