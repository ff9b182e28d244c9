package propane.tensor;

/** An engine that is not there or could not do its work. */
public class EngineException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error of a rule alone. */
    public EngineException(String rule) {
        super(rule);
    }

    /** Creates the error of its parts. */
    public EngineException(Problem problem) {
        super(problem);
    }

    /** Creates the error of a rule alone, and what caused it. */
    public EngineException(String rule, Throwable cause) {
        super(rule, cause);
    }

    /** Creates the error of its parts and what caused it. */
    public EngineException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
