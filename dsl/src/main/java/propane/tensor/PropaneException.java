package propane.tensor;

/**
 * What Propane throws: every error of its own is one of these, with a text for its user. Unless it
 * is about a file, the line of the user's own code stands below the rule that was broken.
 */
public class PropaneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its text; the user's line is added where it has none. */
    public PropaneException(String message) {
        this(message, false);
    }

    /** Creates the error with its text and what caused it. */
    public PropaneException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /**
     * Creates the error with its text.
     *
     * @param isPlaced whether the text tells a place by itself, such as a file's
     */
    protected PropaneException(String message, boolean isPlaced) {
        super(isPlaced ? message : placed(message));
    }

    /**
     * Creates the error with its text and what caused it.
     *
     * @param isPlaced whether the text tells a place by itself, such as a file's
     */
    protected PropaneException(String message, Throwable cause, boolean isPlaced) {
        super(isPlaced ? message : placed(message), cause);
    }

    private static String placed(String message) {
        Source here = Source.here();
        if (!here.isLine() || message.contains(Source.BELOW)) {
            return message;
        }
        int first = message.indexOf('\n');
        int rule = first < 0 ? message.length() : first;
        return message.substring(0, rule) + "\n    " + here + message.substring(rule);
    }
}
