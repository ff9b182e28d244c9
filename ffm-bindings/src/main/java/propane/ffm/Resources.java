package propane.ffm;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What something took while it was made: all of it is given back together, the last first, and each
 * even if another one cannot be. Who makes something keeps what it takes here, and gives it back
 * with {@link #closedBy} if the making fails.
 */
public final class Resources implements AutoCloseable {
    private final Deque<AutoCloseable> taken = new ArrayDeque<>();

    /** Keeps nothing yet. */
    public Resources() {}

    /** Keeps a resource and returns it. */
    public <T extends AutoCloseable> T add(T resource) {
        taken.push(resource);
        return resource;
    }

    /**
     * Gives all back since something failed, and returns the failure; what fails meanwhile is
     * suppressed in it.
     */
    public <E extends Throwable> E closedBy(E failure) {
        while (!taken.isEmpty()) {
            try {
                taken.pop().close();
            } catch (Throwable e) {
                if (e != failure) {
                    failure.addSuppressed(e);
                }
            }
        }
        return failure;
    }

    /** Gives all back; then throws what failed first, if something did. */
    @Override
    public void close() {
        while (!taken.isEmpty()) {
            try {
                taken.pop().close();
            } catch (RuntimeException e) {
                throw closedBy(e);
            } catch (Error e) {
                throw closedBy(e);
            } catch (Exception e) {
                throw closedBy(new NativeException("it could not be closed: " + e, e));
            }
        }
    }
}
