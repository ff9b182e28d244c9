package propane.cli;

import java.util.function.Supplier;

/**
 * The border around the compilers of the JDK. They recurse over a program as deep as it nests, and
 * fail on some that are wrong; whatever escapes them becomes one error with the program's place.
 */
final class CompilerFailure {
    private CompilerFailure() {}

    /**
     * Lets a compiler work.
     *
     * @param place where in the program, for example {@code file:line}
     * @throws ProgramException if the compiler fails itself
     */
    static <T> T guard(String place, Supplier<T> work) {
        try {
            return work.get();
        } catch (ProgramException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw at(place, e);
        }
    }

    /** Returns the error of a compiler that failed. */
    static ProgramException at(String place, Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return new ProgramException(place, text(root), root);
    }

    private static String text(Throwable root) {
        if (root instanceof StackOverflowError) {
            return "nests too deep for Java's compiler (StackOverflowError); fix: cut the"
                    + " longest expression into several";
        }
        if (root instanceof OutOfMemoryError) {
            return "is too large for Java's compiler in this memory ("
                    + root.getMessage()
                    + "); fix: a shorter program, or more memory (JAVA_TOOL_OPTIONS=-Xmx4g)";
        }
        return "Java's compiler fails on it ("
                + ProgramSource.shown(root.toString())
                + "); most often something near is no Java; --stacktrace tells where it failed";
    }
}
