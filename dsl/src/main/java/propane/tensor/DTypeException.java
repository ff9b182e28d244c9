package propane.tensor;

/** Element types that do not fit together. */
public final class DTypeException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public DTypeException(String message) {
        super(message);
    }

    /** Creates the error of its parts. */
    public DTypeException(Problem problem) {
        super(problem);
    }
}
