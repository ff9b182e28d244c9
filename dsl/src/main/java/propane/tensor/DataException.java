package propane.tensor;

/** Data that a training cannot take: a label out of range, a value that is no number. */
public final class DataException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public DataException(String message) {
        super(message);
    }

    /** Creates the error with its whole text and what caused it. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Creates the error of its parts. */
    public DataException(Problem problem) {
        super(problem);
    }
}
