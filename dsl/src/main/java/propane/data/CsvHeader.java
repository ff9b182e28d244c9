package propane.data;

import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.Problem;

import java.nio.file.Path;
import java.util.List;

/**
 * What the first row of a file tells of its being something else than a table separated by commas.
 */
final class CsvHeader {
    private static final String SEPARATORS = ";\t|";

    private CsvHeader() {}

    /**
     * Requires that names are text: files in UTF-16 without a mark, and packed ones, are not.
     *
     * @throws FormatException if they hold control characters
     */
    static void requireText(List<String> names, Path file) {
        for (String name : names) {
            if (name.chars().anyMatch(c -> c < ' ' && !Character.isWhitespace(c))) {
                throw new FormatException(
                        Problem.ofFile(
                                        file,
                                        "is no text in UTF-8: its header holds \""
                                                + Bounds.shown(name)
                                                + "\"")
                                .fix("unpack it, or save it as CSV in UTF-8"));
            }
        }
    }

    /**
     * Requires that columns are not separated by something else than commas.
     *
     * @throws FormatException if the header is one name with other separators in it
     */
    static void requireCommas(List<String> names, Path file) {
        if (names.size() > 1) {
            return;
        }
        String only = names.getFirst();
        for (char separator : SEPARATORS.toCharArray()) {
            if (only.indexOf(separator) >= 0) {
                throw new FormatException(
                        Problem.ofFile(
                                        file,
                                        "columns are separated by commas; its header is \""
                                                + Bounds.shown(only)
                                                + "\"")
                                .fix("save it with commas, and points in numbers"));
            }
        }
    }
}
