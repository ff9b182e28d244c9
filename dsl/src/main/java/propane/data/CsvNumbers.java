package propane.data;

import propane.reading.Bounds;
import propane.tensor.DataException;
import propane.tensor.Problem;

import java.nio.file.Path;

/** Reads the numbers of a table; what is none is named with file, line and column. */
final class CsvNumbers {
    private CsvNumbers() {}

    static float real(String field, Path file, long line, String column) {
        int plain = plain(field);
        if (plain >= 0) {
            return plain;
        }
        String text = field.strip();
        if (!decimal(text)) {
            throw wrong(field, file, line, column, "is not a number");
        }
        float value;
        try {
            value = Float.parseFloat(text);
        } catch (NumberFormatException _) {
            throw wrong(field, file, line, column, "is not a number");
        }
        if (Float.isInfinite(value)) {
            throw wrong(field, file, line, column, "is beyond the range of float32");
        }
        return value;
    }

    /** Returns a number, or NaN where it is missing. */
    static float target(String field, Path file, long line, String column) {
        String text = field.strip();
        boolean isMissing = text.isEmpty() || text.equalsIgnoreCase("nan");
        return isMissing ? Float.NaN : real(field, file, line, column);
    }

    static int label(String field, Path file, long line, String column) {
        int plain = plain(field);
        if (plain >= 0) {
            return plain;
        }
        int label;
        String text = field.strip();
        if (!decimal(text)) {
            throw wrong(field, file, line, column, "is not a class number: a whole number from 0");
        }
        try {
            label = Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw wrong(field, file, line, column, "is not a class number: a whole number from 0");
        }
        if (label < 0 || label == Integer.MAX_VALUE) {
            throw wrong(field, file, line, column, "is not a class number: these count from 0");
        }
        return label;
    }

    /** Returns a number of one to four digits, as most of images are, or −1 for any other text. */
    private static int plain(String text) {
        int length = text.length();
        if (length == 0 || length > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < length; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** Java's own readers also take NaN, Infinity, hexadecimal numbers, 1f, and other digits. */
    private static boolean decimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static DataException wrong(
            String field, Path file, long line, String column, String what) {
        return new DataException(
                Problem.ofRule(
                                file
                                        + ":"
                                        + line
                                        + ": column \""
                                        + Bounds.shown(column)
                                        + "\": \""
                                        + Bounds.shown(field)
                                        + "\" "
                                        + what)
                        .operand(column, Bounds.shown(field)));
    }
}
