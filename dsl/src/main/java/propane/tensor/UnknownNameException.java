package propane.tensor;

/** A name that nothing bears, or a selection that matches nothing. */
public final class UnknownNameException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public UnknownNameException(String message) {
        super(message);
    }
}
