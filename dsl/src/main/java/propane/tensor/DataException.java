package propane.tensor;

/** Data that a training cannot take: a label out of range, a value that is no number. */
public final class DataException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error of a rule alone. */
    public DataException(String rule) {
        super(rule);
    }

    /** Creates the error of a rule alone, and what caused it. */
    public DataException(String rule, Throwable cause) {
        super(rule, cause);
    }

    /** Creates the error of its parts. */
    public DataException(Problem problem) {
        super(problem);
    }

    /** Creates the error of its parts and what caused it. */
    public DataException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
