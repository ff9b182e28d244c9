package propane.train.run;

import java.util.concurrent.CountDownLatch;

/**
 * What makes Ctrl-C wait: while it is open, a JVM that is asked to end lets the step at hand finish
 * and what was asked for be saved. The JVM then ends with the code the signal stands for, 130.
 */
final class Interruption implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean asked;

    Interruption() {
        this.hook =
                new Thread(
                        () -> {
                            asked = true;
                            awaitDone();
                        },
                        "propane-interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void awaitDone() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the JVM was asked to end. */
    boolean asked() {
        return asked;
    }

    /** Lets the JVM end, and never returns. */
    void end() {
        done.countDown();
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // The JVM is ending; there is nothing else to wait for.
            }
        }
    }

    @Override
    public void close() {
        done.countDown();
        if (!asked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The JVM began to end just now; the hook finds that all is done.
            }
        }
    }
}
