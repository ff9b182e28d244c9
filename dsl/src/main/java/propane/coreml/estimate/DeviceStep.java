package propane.coreml.estimate;

import propane.coreml.report.DeviceEstimate;
import propane.coreml.report.DeviceEstimate.Reading;
import propane.coreml.report.Range;

import java.util.List;
import java.util.Optional;

/**
 * A step on one device.
 *
 * @param table what is known of devices
 * @param device the device
 */
record DeviceStep(DeviceTable table, String device) {
    private static final String FLEXIBLE =
            "axes of flexible length decide; estimate a package of fixed shapes";

    /** Returns what a step of a batch takes here; of how many examples it is may be unknown: 0. */
    DeviceEstimate estimate(List<Workload> loads, StepMemory memory, long batch) {
        return estimate(
                new StepTime(table, device).of(loads),
                new Reading.Known(memory.of(Math.max(1, batch)), ""),
                largest(memory, batch));
    }

    /** Nothing can be told of a step whose axes may have any length. */
    DeviceEstimate flexible() {
        var unknown = new Reading.Unknown(FLEXIBLE);
        return estimate(unknown, unknown, unknown);
    }

    private DeviceEstimate estimate(Reading step, Reading memory, Reading batch) {
        return new DeviceEstimate(device, step, memory, batch, table.sources(device));
    }

    private Reading largest(StepMemory memory, long batch) {
        if (batch == 0) {
            return new Reading.Unknown("the package does not say which axes are the batch");
        }
        Optional<Range> room =
                table.range(device, Figure.PROGRAM).or(() -> table.range(device, Figure.MEMORY));
        if (room.isEmpty()) {
            return new Reading.Unknown("nothing is known of its memory");
        }
        long least = memory.largest(room.get().low(), true);
        long most = memory.largest(room.get().high(), false);
        return new Reading.Known(new Range(least, Math.max(least, most)), "");
    }
}
