package propane.coreml.report;

import propane.coreml.report.DeviceEstimate.Reading;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a step would take on each generation of devices, as an estimate.
 *
 * @param title what is estimated
 * @param notes what is to be known of the step on all devices
 * @param devices the estimates
 */
public record EstimateReport(String title, List<String> notes, List<DeviceEstimate> devices) {
    private static final String ROW = "  %-7s  %-20s  %-14s  %s";

    /** Copies the lists. */
    public EstimateReport {
        notes = List.copyOf(notes);
        devices = List.copyOf(devices);
    }

    /**
     * Returns the estimates of some devices only.
     *
     * @param names their names, in capital or small letters
     * @throws propane.tensor.UnknownNameException if one is none of them
     */
    public EstimateReport on(List<String> names) {
        var all = devices.stream().map(DeviceEstimate::device).toList();
        var wanted = names.stream().map(name -> DeviceEstimate.named(name, all)).toList();
        var kept = devices.stream().filter(each -> wanted.contains(each.device())).toList();
        return new EstimateReport(title, notes, kept);
    }

    /** Returns all of it as text for people. */
    public String text() {
        var lines = new ArrayList<String>();
        lines.add(title);
        notes.forEach(note -> lines.add("  " + note));
        lines.add(row("device", "step", "memory", "largest batch"));
        var reasons = new ArrayList<String>();
        for (DeviceEstimate each : devices) {
            lines.add(
                    row(
                            each.device(),
                            told(each.step(), reasons, EstimateReport::time),
                            told(each.memory(), reasons, EstimateReport::size),
                            told(each.batch(), reasons, EstimateReport::examples)));
        }
        for (int i = 0; i < reasons.size(); i++) {
            lines.add(String.format(Locale.ROOT, "  %3d  %s", i + 1, reasons.get(i)));
        }
        return String.join("\n", lines);
    }

    /** Returns who vouches for the figures of the devices, a line each. */
    public List<String> sources() {
        return devices.stream().flatMap(each -> each.sources().stream()).toList();
    }

    private static String row(String... columns) {
        return String.format(Locale.ROOT, ROW, (Object[]) columns);
    }

    private interface Words {
        String of(Range range);
    }

    private static String see(String reason, List<String> reasons) {
        if (!reasons.contains(reason)) {
            reasons.add(reason);
        }
        return "see " + (reasons.indexOf(reason) + 1);
    }

    private static String told(Reading reading, List<String> reasons, Words words) {
        return switch (reading) {
            case Reading.Known(var range, var missing) ->
                    words.of(range) + (missing.isEmpty() ? "" : ", " + see(missing, reasons));
            case Reading.Unknown(var reason) -> "unknown, " + see(reason, reasons);
        };
    }

    private static String time(Range seconds) {
        return seconds.low() >= 1 ? seconds.text() + " s" : seconds.times(1e3).text() + " ms";
    }

    private static String size(Range bytes) {
        if (bytes.high() < 1e6) {
            return bytes.times(1e-3).text() + " kB";
        }
        boolean isLarge = bytes.low() >= 1e9;
        return isLarge ? bytes.times(1e-9).text() + " GB" : bytes.times(1e-6).text() + " MB";
    }

    private static String examples(Range examples) {
        if (examples.high() < 1) {
            return "not even one";
        }
        if (examples.low() >= DeviceEstimate.ANY_BATCH) {
            return "any";
        }
        String from = String.format(Locale.ROOT, "%,d", (long) examples.low());
        String to = String.format(Locale.ROOT, "%,d", (long) examples.high());
        return from.equals(to) ? from : from + "–" + to;
    }

    /** Returns {@link #text}. */
    @Override
    public String toString() {
        return text();
    }
}
