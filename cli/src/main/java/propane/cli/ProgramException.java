package propane.cli;

import propane.tensor.Problem;
import propane.tensor.PropaneException;

/** A user's program that did not compile or that failed, told with its place in the source. */
final class ProgramException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** The place that the text begins with, for example {@code file:line}; empty if none. */
    private final String where;

    ProgramException(String rule) {
        this("", rule);
    }

    ProgramException(String rule, Throwable cause) {
        this("", rule, cause);
    }

    ProgramException(String where, String rule) {
        super(Problem.ofFile(where, rule));
        this.where = where;
    }

    ProgramException(String where, String rule, Throwable cause) {
        super(Problem.ofFile(where, rule), cause);
        this.where = where;
    }

    /** Creates the error of one of Propane's, which tells a place by itself. */
    ProgramException(PropaneException told) {
        super(told.problem(), told);
        where = "";
    }

    /** Creates the error of one of Propane's in a place of the program. */
    ProgramException(String where, PropaneException told) {
        super(in(where, told.problem()), told);
        this.where = where;
    }

    private static Problem in(String where, Problem told) {
        return new Problem(
                where, told.reason(), told.place(), told.operands(), told.layer(), told.fix());
    }

    /** Returns the place that the text begins with; empty if it is not known to. */
    String where() {
        return where;
    }

    /** Returns what went wrong, without its place. */
    String said() {
        return where.isEmpty() ? rule() : problem().rule();
    }
}
