package propane.text;

import java.util.ArrayList;
import java.util.List;

/** Texts filled up with spaces, so that they stand in columns. */
public final class Columns {
    private Columns() {}

    /** Returns a text at the left of so many places; a longer one as it is. */
    public static String left(String text, int width) {
        return text + spaces(text, width);
    }

    /** Returns a text at the right of so many places; a longer one as it is. */
    public static String right(String text, int width) {
        return spaces(text, width) + text;
    }

    /**
     * Returns the rows of a table, each cell at the right of its column, which is as wide as its
     * longest cell, and a space between two columns.
     *
     * @param rows the cells of each row; a row may have fewer than others
     */
    public static List<String> right(List<List<String>> rows) {
        var widths = new ArrayList<Integer>();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                if (column == widths.size()) {
                    widths.add(0);
                }
                widths.set(column, Math.max(widths.get(column), row.get(column).length()));
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, List<Integer> widths) {
        var cells = new ArrayList<String>();
        for (int column = 0; column < row.size(); column++) {
            cells.add(right(row.get(column), widths.get(column)));
        }
        return String.join(" ", cells);
    }

    private static String spaces(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length()));
    }
}
