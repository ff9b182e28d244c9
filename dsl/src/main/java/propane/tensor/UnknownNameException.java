package propane.tensor;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.regex.Pattern;

/** A name that nothing bears, or a selection that matches nothing. */
public final class UnknownNameException extends PropaneException {
    private static final long serialVersionUID = 1L;
    private static final int MANY = 12;

    /** Names are compared by their first letters: the time grows by the square of these. */
    private static final int COMPARED = 100;

    private static final Pattern LAST_DIGITS = Pattern.compile("\\d{1,8}$");

    /** Creates the error of a rule alone. */
    public UnknownNameException(String rule) {
        super(rule);
    }

    /** Creates the error of its parts. */
    public UnknownNameException(Problem problem) {
        super(problem);
    }

    /**
     * Returns the error for a name that is none of some known ones; it names the nearest of them.
     *
     * @param what what the name was to be and where, for example {@code model: no layer}
     * @param name the unknown name
     * @param known the names there are
     */
    public static UnknownNameException among(String what, String name, Collection<String> known) {
        String rule = what + " named " + name;
        if (known.isEmpty()) {
            return new UnknownNameException(Problem.ofRule(rule + "; there is none at all"));
        }
        String nearest =
                Collections.min(
                        known,
                        Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                                .thenComparingInt(
                                        candidate -> Math.abs(number(candidate) - number(name))));
        String all = known.size() > MANY ? "" : " There are " + String.join(", ", known);
        return new UnknownNameException(
                Problem.ofRule(rule).fix("did you mean " + nearest + "?" + all));
    }

    /** Returns the number that a name ends with, 0 where there is none. */
    private static int number(String name) {
        var digits = LAST_DIGITS.matcher(name);
        return digits.find() ? Integer.parseInt(digits.group()) : 0;
    }

    /**
     * Returns the number of letters to change, add or drop between two names (Levenshtein, 1966);
     * of long ones between their first 100 letters.
     */
    public static int distance(String first, String second) {
        String a = first.substring(0, Math.min(COMPARED, first.length()));
        String b = second.substring(0, Math.min(COMPARED, second.length()));
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[b.length()];
    }
}
