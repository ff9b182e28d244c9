package propane.coreml.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What the lint says of a program.
 *
 * @param title what was judged
 * @param functions its functions in order
 */
public record PlacementReport(String title, List<FunctionPlacement> functions) {
    /** Copies the list. */
    public PlacementReport {
        functions = List.copyOf(functions);
    }

    /** Returns whether nothing known keeps any of it off the Neural Engine. */
    public boolean mayAllRun() {
        return functions.stream().allMatch(FunctionPlacement::mayAllRun);
    }

    /** Returns one line a function. */
    public List<String> summary() {
        return functions.stream()
                .map(function -> function.name() + ": " + function.summary())
                .toList();
    }

    /** Returns all of it as text for people: for each function a table and the reasons. */
    public String text() {
        var lines = new ArrayList<String>();
        lines.add(title);
        for (FunctionPlacement function : functions) {
            lines.add("");
            lines.addAll(new PlacementTable(function).lines());
        }
        return String.join("\n", lines);
    }

    /** Returns {@link #text}. */
    @Override
    public String toString() {
        return text();
    }
}
