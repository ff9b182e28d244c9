package propane.spi;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where and how a program runs.
 *
 * @param device the device, for example {@code CPU (oneDNN 3.13, 2 threads)}
 * @param passedOver engines that were wanted more, each with the reason
 * @param placements what runs each op
 * @param workBytes memory for values inside the program, ports not counted
 * @param notes what is not as it was wanted, and why, a line each: memory that could not be shared
 *     with the device, a load that still runs after its time-out
 */
public record DeviceReport(
        String device,
        List<String> passedOver,
        List<Placement> placements,
        long workBytes,
        List<String> notes) {
    /** Copies the lists. */
    public DeviceReport {
        passedOver = List.copyOf(passedOver);
        placements = List.copyOf(placements);
        notes = List.copyOf(notes);
    }

    /** Makes a report without notes. */
    public DeviceReport(
            String device, List<String> passedOver, List<Placement> placements, long workBytes) {
        this(device, passedOver, placements, workBytes, List.of());
    }

    /** Returns the report of a program of which no more than the device is known. */
    public static DeviceReport of(String device) {
        return new DeviceReport(device, List.of(), List.of(), 0);
    }

    /** Returns for each function and provider which ops it runs, how often, and why not faster. */
    public List<String> lines() {
        var groups = new TreeMap<String, Map<String, Map<String, Integer>>>();
        for (Placement placement : placements) {
            groups.computeIfAbsent(
                            placement.function() + ", " + placement.provider(),
                            _ -> new TreeMap<>())
                    .computeIfAbsent(placement.reason(), _ -> new TreeMap<>())
                    .merge(placement.op(), 1, Integer::sum);
        }
        var lines = new ArrayList<String>();
        groups.forEach((group, reasons) ->
                reasons.forEach((reason, ops) -> {
                    var counts = new ArrayList<String>();
                    ops.forEach((op, count) -> counts.add(count + " " + op));
                    String why = reason.isEmpty() ? "" : " (" + reason + ")";
                    lines.add(group + ": " + String.join(", ", counts) + why);
                }));
        return lines;
    }

    /** Returns this report with further engines passed over. */
    public DeviceReport passingOver(List<String> more) {
        var all = new ArrayList<>(more);
        all.addAll(passedOver);
        return new DeviceReport(device, all, placements, workBytes, notes);
    }

    /** Returns this report with further notes; one that it has already is not told twice. */
    public DeviceReport noting(List<String> more) {
        var all = new LinkedHashSet<>(notes);
        all.addAll(more);
        return new DeviceReport(device, passedOver, placements, workBytes, List.copyOf(all));
    }

    /**
     * What runs one op.
     *
     * @param function the function it stands in
     * @param op the op's name in MIL
     * @param provider for example {@code onednn}, {@code vector}, {@code reference}
     * @param reason why not a faster provider, or empty
     */
    public record Placement(String function, String op, String provider, String reason) {}

    /**
     * Returns where it runs, why not elsewhere, and how many operations of each function are run by
     * whom; {@link #lines} tells which, and why.
     */
    @Override
    public String toString() {
        var text = new ArrayList<String>();
        text.add(device + ", " + workBytes + " bytes of work memory");
        passedOver.forEach(reason -> text.add("  not " + reason));
        notes.forEach(note -> text.add("  " + note));
        var counts = new TreeMap<String, Map<String, Integer>>();
        for (Placement placement : placements) {
            counts.computeIfAbsent(placement.function(), _ -> new TreeMap<>())
                    .merge(placement.provider(), 1, Integer::sum);
        }
        counts.forEach((function, providers) -> {
            var shares = new ArrayList<String>();
            providers.forEach((provider, count) -> shares.add(count + " by " + provider));
            text.add("  " + function + ": operations " + String.join(", ", shares));
        });
        return String.join("\n", text);
    }
}
