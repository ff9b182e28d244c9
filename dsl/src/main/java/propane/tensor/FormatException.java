package propane.tensor;

/** A file that is not what it should be; the text names the file and the field. */
public final class FormatException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public FormatException(String message) {
        super(message, true);
    }

    /** Creates the error with its whole text and what caused it. */
    public FormatException(String message, Throwable cause) {
        super(message, cause, true);
    }
}
