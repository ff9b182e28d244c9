package propane.train.result;

import propane.text.Columns;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A history as a table for people, a line an epoch. */
final class HistoryTable {
    /** Of more epochs than this, some are left out. */
    private static final int MOST = 24;

    private static final int FIRST = 8;
    private static final int LAST = 12;

    private HistoryTable() {}

    static String of(History history) {
        List<History.Epoch> epochs = history.epochs();
        if (epochs.isEmpty()) {
            return "no epochs";
        }
        var names = new LinkedHashSet<String>();
        epochs.forEach(epoch -> names.addAll(History.columns(epoch).keySet()));
        var columns = List.copyOf(names);
        var lines = new ArrayList<String>();
        var head = new StringBuilder("epoch    step");
        columns.forEach(name -> head.append("  ").append(Columns.right(name, width(name))));
        lines.add(head.toString());
        for (int i = 0; i < epochs.size(); i++) {
            if (epochs.size() <= MOST || i < FIRST || i >= epochs.size() - LAST) {
                lines.add(line(epochs.get(i), columns));
            } else if (i == FIRST) {
                lines.add(Columns.right("⋮", 5));
            }
        }
        return String.join("\n", lines);
    }

    private static String line(History.Epoch epoch, List<String> columns) {
        var line = new StringBuilder();
        line.append(Columns.right(String.valueOf(epoch.number()), 5)).append(' ');
        line.append(Columns.right(String.valueOf(epoch.step()), 7));
        Map<String, Double> values = History.columns(epoch);
        for (String name : columns) {
            String value =
                    values.containsKey(name)
                            ? String.format(Locale.ROOT, "%.4f", values.get(name))
                            : "";
            line.append("  ").append(Columns.right(value, width(name)));
        }
        return line.toString().stripTrailing();
    }

    private static int width(String name) {
        return Math.max(8, name.length());
    }
}
