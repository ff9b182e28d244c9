package propane.coreml.estimate;

import propane.coreml.mil.Amount;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.FunctionPlacement;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Estimates a step on all devices. */
public final class StepEstimate {
    private StepEstimate() {}

    /**
     * Estimates a step.
     *
     * @param name what it is a step of
     * @param table what is known of devices
     */
    public static EstimateReport report(String name, Step step, DeviceTable table) {
        List<Workload> loads = step.parts().stream().map(Workload::of).toList();
        var memory = new StepMemory(step.parts(), Math.max(1, step.examples()));
        boolean isFixed = step.parts().stream().allMatch(Part::isFixed);
        return new EstimateReport(
                name
                        + ", "
                        + step.what()
                        + (step.examples() > 0 ? ", " + count(step.examples()) : "")
                        + ": estimated",
                notes(step.parts(), loads),
                table.devices().stream()
                        .map(device -> new DeviceStep(table, device))
                        .map(each ->
                                isFixed
                                        ? each.estimate(loads, memory, step.examples())
                                        : each.flexible())
                        .toList());
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
            FunctionPlacement placement = parts.get(i).placement();
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
}
