package propane.ffm;

/** Native code that said no, or a native library that cannot be used. */
public class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public NativeException(String message) {
        super(message);
    }

    /** Creates the error with its whole text and what caused it. */
    public NativeException(String message, Throwable cause) {
        super(message, cause);
    }
}
