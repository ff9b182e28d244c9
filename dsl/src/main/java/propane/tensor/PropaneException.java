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

    /** The parts of the text; what lies around the broken rule completes them on the way out. */
    private Problem problem;

    /** Where it is thrown; known, as the stack trace is, before a constructor begins. */
    private transient Source line;

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
        super();
        this.problem = problem.thrownAt(line);
    }

    /** Creates the error of its parts and what caused it. */
    public PropaneException(Problem problem, Throwable cause) {
        super(cause);
        this.problem = problem.thrownAt(line);
    }

    /** Takes the stack trace, from the user's line on. */
    @Override
    public final synchronized Throwable fillInStackTrace() {
        super.fillInStackTrace();
        StackTraceElement[] trace = getStackTrace();
        line = Source.usersLine(trace);
        setStackTrace(Source.fromUsersLine(trace));
        return this;
    }

    /** Returns the whole text: the rule, the user's line, what was given, the layer, the fix. */
    @Override
    public final String getMessage() {
        return problem.toString();
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
        problem = problem.in(path);
        return this;
    }

    /** Returns this error as one of the call that the user made, of what that was given. */
    final PropaneException calledAs(String call, Tensor x) {
        problem = problem.calledAs(call, x);
        return this;
    }
}
