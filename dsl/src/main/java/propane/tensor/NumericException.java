package propane.tensor;

/** A value that is not finite where a finite one is needed. */
public final class NumericException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error of a rule alone. */
    public NumericException(String rule) {
        super(rule);
    }

    /** Creates the error of its parts. */
    public NumericException(Problem problem) {
        super(problem);
    }
}
