package propane.tensor;

/** Shapes that do not fit together. */
public final class ShapeException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error of a rule alone. */
    public ShapeException(String rule) {
        super(rule);
    }

    /** Creates the error of its parts. */
    public ShapeException(Problem problem) {
        super(problem);
    }
}
