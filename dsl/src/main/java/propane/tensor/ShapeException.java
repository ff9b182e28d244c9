package propane.tensor;

/** Shapes that do not fit together. */
public final class ShapeException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public ShapeException(String message) {
        super(message);
    }

    /** Creates the error of its parts. */
    public ShapeException(Problem problem) {
        super(problem);
    }
}
