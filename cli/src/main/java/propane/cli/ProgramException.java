package propane.cli;

import propane.tensor.PropaneException;

/** A user's program that did not compile or that failed, told with its place in the source. */
final class ProgramException extends PropaneException {
    private static final long serialVersionUID = 1L;

    ProgramException(String message) {
        super(message, true);
    }

    ProgramException(String message, Throwable cause) {
        super(message, cause, true);
    }
}
