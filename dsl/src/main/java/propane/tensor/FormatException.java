package propane.tensor;

import java.util.List;

/** A file that is not what it should be; the text names the file and the field. */
public final class FormatException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with its whole text. */
    public FormatException(String message) {
        super(message, List.of());
    }

    /** Creates the error with its whole text and what caused it. */
    public FormatException(String message, Throwable cause) {
        super(message, List.of(cause));
    }
}
