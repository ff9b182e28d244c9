package propane.tensor;

/** An engine that is not there or could not do its work. */
public class EngineException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public EngineException(String message) {
        super(message);
    }

    /** Creates the error of its parts. */
    public EngineException(Problem problem) {
        super(problem);
    }

    /** Creates the error with its whole text and what caused it. */
    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Creates the error of its parts and what caused it. */
    public EngineException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
