package propane.tensor;

/**
 * The place in the user's own code where an operation was made.
 *
 * @param place for example {@code at Digits.java:20}
 */
public record Source(String place) {
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final String AT = "at ";

    /** What a line of a text begins with that tells a place. */
    static final String BELOW = "\n    " + AT;

    private static final Source UNKNOWN = new Source("in code of Propane's own");

    /** Returns the innermost place outside Propane and the JDK on the current stack. */
    public static Source here() {
        return WALKER.walk(frames ->
                frames.filter(frame -> isUsers(frame.getClassName()))
                        .findFirst()
                        .map(Source::of)
                        .orElse(UNKNOWN));
    }

    private static Source of(StackWalker.StackFrame frame) {
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

    /** Returns the place. */
    @Override
    public String toString() {
        return place;
    }
}
