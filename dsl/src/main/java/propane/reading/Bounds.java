package propane.reading;

import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Numbers from a file, each held against its bounds before anything is indexed, added up or made by
 * it. The file and field, {@code where}, begin every error.
 */
public final class Bounds {
    /** The most axes that a shape in a file may have; as many as NumPy's arrays. */
    public static final int MOST_AXES = 64;

    /** The most elements of one array. */
    public static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    private static final int LONGEST_TEXT = 80;

    private Bounds() {}

    /**
     * Returns a whole number of a range.
     *
     * @param least the smallest one allowed
     * @param most the largest one allowed
     * @throws FormatException if it is not whole, not finite, or outside the range
     */
    public static int whole(double number, int least, int most, String where) {
        if (number != Math.rint(number) || !(number >= least && number <= most)) {
            throw new FormatException(
                    where,
                    "must be a whole number from "
                            + least
                            + " to "
                            + most
                            + ", is "
                            + text(number));
        }
        return (int) number;
    }

    /**
     * Returns a place among some.
     *
     * @param count how many places there are, counted from 0
     * @throws FormatException if there is no such place
     */
    public static int index(double number, int count, String where) {
        if (number != Math.rint(number) || !(number >= 0 && number < count)) {
            throw new FormatException(where, text(number) + " names none of " + count + " places");
        }
        return (int) number;
    }

    /**
     * Returns an axis as a number from 0 on.
     *
     * @param number the axis; a negative one counts from the end
     * @throws FormatException if there is no such axis
     */
    public static int axis(double number, int rank, String where) {
        return index(number < 0 ? number + rank : number, rank, where + ", axis");
    }

    /**
     * Returns the product of two counts.
     *
     * @throws FormatException if an array cannot have as many elements, or one is negative
     */
    public static int product(long a, long b, String where) {
        if (a < 0 || b < 0 || a != 0 && b > MOST_ELEMENTS / a) {
            throw new FormatException(
                    where, a + " times " + b + " are more elements than an array can have");
        }
        return (int) (a * b);
    }

    /**
     * Returns a shape.
     *
     * @param dims the lengths of its axes
     * @throws FormatException if a length is negative, or axes or elements are too many; a length
     *     of 0 hides none that is too long
     */
    public static Shape shape(List<Long> dims, String where) {
        if (dims.size() > MOST_AXES) {
            throw new FormatException(
                    where, "has " + dims.size() + " axes; at most " + MOST_AXES + " are read");
        }
        long size = 1;
        var lengths = new ArrayList<Integer>(dims.size());
        for (long dim : dims) {
            if (dim < 0) {
                throw new FormatException(
                        where, "has an axis of length " + Long.toUnsignedString(dim));
            }
            if (dim > Integer.MAX_VALUE || size * Math.max(1, dim) > Integer.MAX_VALUE) {
                throw new FormatException(where, dims + " has more than 2^31 - 1 elements");
            }
            size *= Math.max(1, dim);
            lengths.add((int) dim);
        }
        return new Shape(lengths);
    }

    /** Returns a text of a file as an error shows it: not longer than a line, nothing unseen. */
    public static String shown(String text) {
        return text.length() > LONGEST_TEXT
                ? visible(text.substring(0, LONGEST_TEXT)) + "…"
                : visible(text);
    }

    private static String visible(String text) {
        if (text.chars().noneMatch(Bounds::isUnseen)) {
            return text;
        }
        var seen = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (isUnseen(c)) {
                seen.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                seen.append(c);
            }
        }
        return seen.toString();
    }

    private static boolean isUnseen(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || c != ' ' && Character.isSpaceChar(c);
    }

    private static String text(double number) {
        return number == (long) number ? Long.toString((long) number) : Double.toString(number);
    }
}
