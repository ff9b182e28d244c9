package propane.tensor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * The place in the user's own code where an operation was made.
 *
 * @param place for example {@code at Digits.java:20}
 * @param name what the file that the operation was read from calls its result, else empty
 */
public record Source(String place, String name) implements Serializable {
    private static final StackWalker WALKER = StackWalker.getInstance();

    /** What the place begins with where it is a line of a file. */
    static final String AT = "at ";

    /** The place of what is in no code, such as what a file holds. */
    static final Source NOWHERE = new Source("");

    /** The user's line that throws an error: the error's stack trace tells which. */
    static final Source THROWN = new Source("where it is thrown");

    private static final Source UNKNOWN = new Source("in code of Propane's own");

    /** A place whose operations have no names. */
    public Source(String place) {
        this(place, "");
    }

    /** Returns this place for what a file calls by a name. */
    public Source named(String called) {
        return new Source(place, called);
    }

    /** Returns the innermost place outside Propane and the JDK on the current stack. */
    public static Source here() {
        return WALKER.walk(frames ->
                frames.filter(frame -> isUsers(frame.getClassName()))
                        .findFirst()
                        .map(frame -> of(frame.toStackTraceElement()))
                        .orElse(UNKNOWN));
    }

    /** Returns the innermost place outside Propane and the JDK in a stack trace. */
    static Source usersLine(StackTraceElement[] trace) {
        return Stream.of(trace)
                .filter(frame -> isUsers(frame.getClassName()))
                .findFirst()
                .map(Source::of)
                .orElse(UNKNOWN);
    }

    /**
     * Returns a stack trace without what Propane does above the user's innermost line; all of it
     * where no user's code is in it, or where the system property {@code propane.stacktrace} is
     * {@code all}.
     */
    static StackTraceElement[] fromUsersLine(StackTraceElement[] trace) {
        if (System.getProperty("propane.stacktrace", "").equals("all")) {
            return trace;
        }
        for (int i = 0; i < trace.length; i++) {
            if (isUsers(trace[i].getClassName())) {
                return Arrays.copyOfRange(trace, i, trace.length);
            }
        }
        return trace;
    }

    private static Source of(StackTraceElement frame) {
        // A jshell snippet lives in a made-up file; its line numbers would mislead.
        return frame.getClassName().startsWith("REPL.")
                ? new Source("in this snippet")
                : new Source(AT + frame.getFileName() + ":" + frame.getLineNumber());
    }

    private static boolean isUsers(String className) {
        return !className.startsWith("propane.")
                && !className.startsWith("java.")
                && !className.startsWith("jdk.")
                && !className.startsWith("picocli."); // parses Propane's own command line
    }

    /** Returns whether the place is a line of a file. */
    boolean isLine() {
        return place.startsWith(AT);
    }

    /** Returns the line of a file, for example {@code Digits.java:20}; empty if it is none. */
    String line() {
        return isLine() ? place.substring(AT.length()) : "";
    }

    /** Returns the place. */
    @Override
    public String toString() {
        return place;
    }
}
