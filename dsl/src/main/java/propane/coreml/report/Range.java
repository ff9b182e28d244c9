package propane.coreml.report;

import java.util.Locale;

/**
 * A number that is known to lie somewhere between two.
 *
 * @param low the least it may be
 * @param high the most it may be
 */
public record Range(double low, double high) {
    /** Checks the order. */
    public Range {
        if (!(low <= high)) {
            throw new IllegalArgumentException(low + " is not below " + high);
        }
    }

    /** Returns a range of one number. */
    public static Range of(double exact) {
        return new Range(exact, exact);
    }

    /** Returns this range with both ends multiplied. */
    public Range times(double factor) {
        return new Range(low * factor, high * factor);
    }

    /** Returns the range of the sum with another number. */
    public Range plus(Range other) {
        return new Range(low + other.low, high + other.high);
    }

    /** Returns the least range that holds both. */
    public Range with(Range other) {
        return new Range(Math.min(low, other.low), Math.max(high, other.high));
    }

    /** Returns both ends in three digits at most, or one where they look the same. */
    public String text() {
        String from = digits(low);
        String to = digits(high);
        return from.equals(to) ? from : from + "–" + to;
    }

    private static String digits(double number) {
        String format = number >= 10 ? "%,.0f" : number >= 1 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, number);
    }
}
