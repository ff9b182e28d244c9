package propane.tensor;

/** A file that is not what it should be; the text names the file and the field. */
public final class FormatException extends PropaneException {
    private static final long serialVersionUID = 1L;

    /** A file may hold names of megabytes; what is wrong with it is told in less. */
    private static final int LONGEST = 4096;

    /** Creates the error of a rule alone, which names the file itself. */
    public FormatException(String rule) {
        this("", rule);
    }

    /** Creates the error of a rule alone, which names the file itself, and what caused it. */
    public FormatException(String rule, Throwable cause) {
        this("", rule, cause);
    }

    /**
     * Creates the error of a file.
     *
     * @param where the file and the place in it, such as a line, a field or an op
     * @param rule what is wrong there
     */
    public FormatException(Object where, String rule) {
        this(Problem.ofFile(where, rule));
    }

    /**
     * Creates the error of a file and what caused it.
     *
     * @param where the file and the place in it, such as a line, a field or an op
     * @param rule what is wrong there
     */
    public FormatException(Object where, String rule, Throwable cause) {
        super(shortened(Problem.ofFile(where, rule)), cause);
    }

    /** Creates the error of its parts. */
    public FormatException(Problem problem) {
        super(shortened(problem));
    }

    /** Creates the error of its parts and what caused it. */
    public FormatException(Problem problem, Throwable cause) {
        super(shortened(problem), cause);
    }

    /** Returns the file and the place in it; empty if the rule names them itself. */
    public String where() {
        return problem().subject();
    }

    private static Problem shortened(Problem whole) {
        return new Problem(
                shortened(whole.subject()),
                shortened(whole.rule()),
                whole.place(),
                whole.operands(),
                whole.layer(),
                whole.fix());
    }

    private static String shortened(String text) {
        int half = LONGEST / 2;
        return text.length() <= LONGEST
                ? text
                : text.substring(0, half) + " … " + text.substring(text.length() - half);
    }
}
