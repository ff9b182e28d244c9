package propane.tensor;

/** A file that is not what it should be; the text names the file and the field. */
public final class FormatException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** A file may hold names of megabytes; what is wrong with it is told in less. */
    private static final int LONGEST = 4096;

    /** Creates the error with its whole text. */
    public FormatException(String message) {
        super(shortened(message), true);
    }

    /** Creates the error with its whole text and what caused it. */
    public FormatException(String message, Throwable cause) {
        super(shortened(message), cause, true);
    }

    private static String shortened(String message) {
        int half = LONGEST / 2;
        return message.length() <= LONGEST
                ? message
                : message.substring(0, half) + " … " + message.substring(message.length() - half);
    }
}
