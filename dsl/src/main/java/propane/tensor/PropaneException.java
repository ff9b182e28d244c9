package propane.tensor;

import java.util.List;

/**
 * What Propane throws: every error of its own is one of these, with a text for its user. Unless it
 * is about a file, the line of the user's own code stands below the rule that was broken.
 */
public class PropaneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its text; the user's line is added where it has none. */
    public PropaneException(String message) {
        super(placed(message));
    }

    /** Creates the error with its text and what caused it. */
    public PropaneException(String message, Throwable cause) {
        super(placed(message), cause);
    }

    /** Creates the error with its whole text, which names a place by itself. */
    PropaneException(String message, List<Throwable> causes) {
        super(message);
        causes.forEach(this::initCause);
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
