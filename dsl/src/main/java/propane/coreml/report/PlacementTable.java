package propane.coreml.report;

import propane.coreml.mil.Amount;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The table of one function as text: a row for each kind of operation, the reasons below. */
final class PlacementTable {
    private final FunctionPlacement function;
    private final List<String> reasons = new ArrayList<>();

    PlacementTable(FunctionPlacement function) {
        this.function = function;
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(function.name() + ": " + function.summary());
        var groups = new ArrayList<>(function.groups().values());
        groups.sort(Comparator.comparingLong(PlacementTable::work).reversed());
        int width = groups.stream().mapToInt(group -> op(group).length()).reduce(2, Math::max);
        lines.add(row(width, "op", "count", "FLOP", "may run there"));
        for (List<OpPlacement> group : groups) {
            long work = work(group);
            lines.add(
                    row(
                            width,
                            op(group),
                            Integer.toString(group.size()),
                            work == 0 ? "-" : Amount.of(work).strip(),
                            verdict(group.getFirst())));
        }
        for (int i = 0; i < reasons.size(); i++) {
            lines.add(String.format(Locale.ROOT, "  %3d  %s", i + 1, reasons.get(i)));
        }
        for (Finding finding : function.findings()) {
            lines.add((finding.isAgainst() ? "  against it: " : "  ") + finding.text());
        }
        if (function.values().bytes() > 0) {
            lines.add("  inputs and outputs: " + function.ports().text());
            lines.add("  all values: " + function.values().text());
        }
        return lines;
    }

    private static String row(int width, String op, String count, String work, String verdict) {
        String format = "  %-" + width + "s  %6s  %6s  %s";
        return String.format(Locale.ROOT, format, op, count, work, verdict);
    }

    private String verdict(OpPlacement op) {
        if (op.reasons().isEmpty()) {
            return "yes";
        }
        String numbers =
                op.reasons().stream()
                        .map(Finding::text)
                        .map(this::number)
                        .collect(Collectors.joining(", "));
        return (op.mayRun() ? "yes, see " : "no, see ") + numbers;
    }

    private String number(String reason) {
        if (!reasons.contains(reason)) {
            reasons.add(reason);
        }
        return Integer.toString(reasons.indexOf(reason) + 1);
    }

    private static String op(List<OpPlacement> group) {
        return group.getFirst().op();
    }

    private static long work(List<OpPlacement> group) {
        return group.stream().mapToLong(OpPlacement::work).sum();
    }
}
