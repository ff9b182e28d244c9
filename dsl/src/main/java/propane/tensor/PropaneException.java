package propane.tensor;

import java.util.List;

/**
 * What Propane throws: every error of its own is one of these, with a text for its user and the
 * parts of that text for tools. Unless it is about a file, the line of the user's own code stands
 * below the rule that was broken, and the stack trace begins there; with the system property {@code
 * propane.stacktrace=all} it begins in Propane.
 */
public class PropaneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The parts of the text. */
    private final Problem problem;

    /** Creates the error of a rule alone, broken in this line of the user's code. */
    public PropaneException(String rule) {
        this(Problem.ofRule(rule));
    }

    /** Creates the error of a rule alone, and what caused it. */
    public PropaneException(String rule, Throwable cause) {
        this(Problem.ofRule(rule), cause);
    }

    /** Creates the error of its parts. */
    public PropaneException(Problem problem) {
        super(problem.toString());
        this.problem = problem;
    }

    /** Creates the error of its parts and what caused it. */
    public PropaneException(Problem problem, Throwable cause) {
        super(problem.toString(), cause);
        this.problem = problem;
    }

    /** Takes the stack trace, from the user's line on. */
    @Override
    public final synchronized Throwable fillInStackTrace() {
        super.fillInStackTrace();
        setStackTrace(Source.fromUsersLine(getStackTrace()));
        return this;
    }

    /** Returns the parts of the text. */
    public final Problem problem() {
        return problem;
    }

    /** Returns what went wrong, with the numbers: the text without places, operands and advice. */
    public final String rule() {
        return problem.reason();
    }

    /** Returns the user's line, for example {@code Digits.java:14}; empty if there is none. */
    public final String place() {
        return problem.place().line();
    }

    /** Returns the path of the layer in which it happened; empty if it was in none. */
    public final String layer() {
        return problem.layer();
    }

    /** Returns what was given, each with its type and what made it. */
    public final List<Problem.Operand> operands() {
        return problem.operands();
    }

    /** Returns how to fix it; empty if nothing is proposed. */
    public final String fix() {
        return problem.fix();
    }

    /** Returns this error as one that happened in a layer; the innermost one is told. */
    public final PropaneException in(String path) {
        return layer().isEmpty() ? with(problem.in(path)) : this;
    }

    /**
     * Returns an error of the same type that was thrown in the same place, with other parts; types
     * that do not say how stay as they are.
     */
    protected PropaneException with(Problem parts) {
        return getClass() == PropaneException.class
                ? thrownHere(new PropaneException(parts))
                : this;
    }

    /** Returns another error with the stack trace and the cause of this one. */
    final <E extends PropaneException> E thrownHere(E other) {
        other.setStackTrace(getStackTrace());
        if (getCause() != null) {
            other.initCause(getCause());
        }
        return other;
    }
}
