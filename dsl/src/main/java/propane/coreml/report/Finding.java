package propane.coreml.report;

/**
 * Something that is to be said of an operation or a function.
 *
 * @param kind what follows from it
 * @param text the fact, in plain words, and how well it is known
 */
public record Finding(Kind kind, String text) {
    /** What follows from a finding. */
    public enum Kind {
        /** Nothing: it may cost time, memory or digits. */
        REMARK,
        /** It may run on the Neural Engine, but Core ML is known to take the CPU. */
        ON_CPU,
        /** It cannot run on the Neural Engine. */
        AGAINST
    }

    /** Returns whether it keeps an operation or a function off the Neural Engine. */
    public boolean isAgainst() {
        return kind == Kind.AGAINST;
    }

    /** Returns a finding that keeps an operation off the Neural Engine. */
    public static Finding against(String text) {
        return new Finding(Kind.AGAINST, text);
    }

    /** Returns a finding by which Core ML takes the CPU. */
    public static Finding onCpu(String text) {
        return new Finding(Kind.ON_CPU, text);
    }

    /** Returns a finding that keeps nothing off. */
    public static Finding remark(String text) {
        return new Finding(Kind.REMARK, text);
    }
}
