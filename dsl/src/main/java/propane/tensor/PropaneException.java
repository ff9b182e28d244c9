package propane.tensor;

/** What Propane throws: every error of its own is one of these, with a text for its user. */
public class PropaneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public PropaneException(String message) {
        super(message);
    }

    /** Creates the error with its whole text and what caused it. */
    public PropaneException(String message, Throwable cause) {
        super(message, cause);
    }
}
