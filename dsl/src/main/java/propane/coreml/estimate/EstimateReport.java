package propane.coreml.estimate;

import propane.coreml.lint.Amount;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a step would take on each generation of devices, as an estimate.
 *
 * @param title what is estimated
 * @param notes what is to be known of the step on all devices
 * @param memory how much memory the step takes, for any number of examples
 * @param devices the estimates
 * @param table what they were worked out from
 */
public record EstimateReport(
        String title,
        List<String> notes,
        StepMemory memory,
        List<DeviceEstimate> devices,
        DeviceTable table) {
    private static final String ROW = "  %-7s  %-20s  %-14s  %s";

    /** Copies the lists. */
    public EstimateReport {
        notes = List.copyOf(notes);
        devices = List.copyOf(devices);
    }

    /**
     * Estimates a step.
     *
     * @param name what is estimated
     * @param parts the functions it runs, one after another
     * @param batch how many examples they take; 0 where that is not known
     * @param table what is known of devices
     */
    public static EstimateReport of(String name, List<Part> parts, long batch, DeviceTable table) {
        List<Workload> loads = parts.stream().map(Workload::of).toList();
        var memory = new StepMemory(parts, Math.max(1, batch));
        boolean isFixed = parts.stream().allMatch(Part::isFixed);
        return new EstimateReport(
                name + (batch > 0 ? ", " + count(batch) : "") + ": estimated",
                notes(parts, loads),
                memory,
                table.devices().stream()
                        .map(device ->
                                isFixed
                                        ? DeviceEstimate.of(device, table, loads, memory, batch)
                                        : DeviceEstimate.flexible(device))
                        .toList(),
                table);
    }

    private static String count(long batch) {
        return batch == 1 ? "one example" : String.format(Locale.ROOT, "%,d examples", batch);
    }

    private static List<String> notes(List<Part> parts, List<Workload> loads) {
        var notes = new ArrayList<String>();
        for (int i = 0; i < parts.size(); i++) {
            Workload load = loads.get(i);
            String name = parts.get(i).function().name();
            if (!load.isOnEngine()) {
                notes.add(name + ": on the CPU, as fast as it moves " + bytes(load));
                continue;
            }
            notes.add(
                    name
                            + ": "
                            + Amount.of(load.work(Workload.Kind.RUNTIME))
                            + "FLOP in products of two values that are known when it runs, "
                            + Amount.of(load.work(Workload.Kind.CONSTANT))
                            + "FLOP in products with constants; moves "
                            + bytes(load));
            var placement = parts.get(i).placement();
            if (load.share() < 1) {
                notes.add(name + ": not in it is what may not run there: " + placement.summary());
            }
            placement.onCpu().stream()
                    .filter(reason -> !reason.equals(placement.summary()))
                    .forEach(reason -> notes.add(name + ": " + reason));
        }
        return notes;
    }

    private static String bytes(Workload load) {
        return Amount.of(load.ports())
                + "B in and out, "
                + Amount.of(load.bytes())
                + "B between operations at most";
    }

    /**
     * Returns the estimates of some devices only.
     *
     * @throws propane.tensor.UnknownNameException if one is not in the table
     */
    public EstimateReport on(List<String> names) {
        var wanted = names.stream().map(table::named).toList();
        var kept = devices.stream().filter(each -> wanted.contains(each.device())).toList();
        return new EstimateReport(title, notes, memory, kept, table);
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
                            told(each.step(), reasons, EstimateReport::time)
                                    + withoutCall(each, reasons),
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
        var lines = new ArrayList<String>();
        for (DeviceEstimate each : devices) {
            for (Figure figure : Figure.values()) {
                table.of(each.device(), figure).forEach(found -> lines.add(found.text()));
            }
        }
        return lines;
    }

    private static String row(String... columns) {
        return String.format(Locale.ROOT, ROW, (Object[]) columns);
    }

    private interface Words {
        String of(Range range);
    }

    /** Small programs take little more than a call takes; where that is unknown it is missing. */
    private String withoutCall(DeviceEstimate estimate, List<String> reasons) {
        boolean missing =
                estimate.step() instanceof Reading.Known
                        && table.range(estimate.device(), Figure.CALL).isEmpty();
        return missing
                ? ", " + see("and what a call takes at least, which nobody told", reasons)
                : "";
    }

    private static String see(String reason, List<String> reasons) {
        if (!reasons.contains(reason)) {
            reasons.add(reason);
        }
        return "see " + (reasons.indexOf(reason) + 1);
    }

    private static String told(Reading reading, List<String> reasons, Words words) {
        return switch (reading) {
            case Reading.Known(var range) -> words.of(range);
            case Reading.Unknown(var reason) -> {
                yield "unknown, " + see(reason, reasons);
            }
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
        if (examples.low() >= StepMemory.ANY) {
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
