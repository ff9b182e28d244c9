package propane.ffm;

/** Native code that took longer than it might, and may still run. */
public final class NativeTimeoutException extends NativeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public NativeTimeoutException(String message) {
        super(message);
    }
}
