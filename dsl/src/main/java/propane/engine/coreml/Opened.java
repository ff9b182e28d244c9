package propane.engine.coreml;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;

/** What was opened one after the other, and is closed the other way round, all of it. */
final class Opened implements AutoCloseable {
    private final Deque<AutoCloseable> things = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T thing) {
        things.push(thing);
        return thing;
    }

    /** Closes all after a failure, which is the one to be told. */
    void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IllegalStateException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        var failures = new ArrayList<Exception>();
        while (!things.isEmpty()) {
            try {
                things.pop().close();
            } catch (Exception e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.getFirst());
        }
    }
}
