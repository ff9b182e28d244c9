package propane.tensor;

/** Element types that do not fit together. */
public final class DTypeException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error of a rule alone. */
    public DTypeException(String rule) {
        super(rule);
    }

    /** Creates the error of its parts. */
    public DTypeException(Problem problem) {
        super(problem);
    }
}
