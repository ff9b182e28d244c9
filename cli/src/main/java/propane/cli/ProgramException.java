package propane.cli;

import propane.tensor.PropaneException;

/** A user's program that did not compile or that failed, told with its place in the source. */
final class ProgramException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** The place that the text begins with, for example {@code file:line}; empty if none. */
    private final String where;

    ProgramException(String message) {
        super(message, true);
        where = "";
    }

    ProgramException(String message, Throwable cause) {
        super(message, cause, true);
        where = "";
    }

    ProgramException(String where, String text) {
        super(where + ": " + text, true);
        this.where = where;
    }

    ProgramException(String where, String text, Throwable cause) {
        super(where + ": " + text, cause, true);
        this.where = where;
    }

    /** Creates the error of one of Propane's, which tells a place by itself. */
    ProgramException(PropaneException told) {
        super(told.problem(), told);
        where = "";
    }

    /** Returns the place that the text begins with; empty if it is not known to. */
    String where() {
        return where;
    }

    /** Returns what went wrong, without its place. */
    String said() {
        return where.isEmpty() ? rule() : rule().substring(where.length() + ": ".length());
    }
}
