package propane.coreml.lint;

/**
 * Something that is to be said of an operation or a function.
 *
 * @param isAgainst whether it keeps it off the Neural Engine; else it is a remark
 * @param text the fact, in plain words, and how well it is known
 */
public record Finding(boolean isAgainst, String text) {
    /** Returns a finding that keeps an operation off the Neural Engine. */
    static Finding against(String text) {
        return new Finding(true, text);
    }

    /** Returns a finding that keeps nothing off. */
    static Finding remark(String text) {
        return new Finding(false, text);
    }
}
