package propane.coreml.estimate;

import java.util.List;
import java.util.Optional;

/**
 * What a step would take on one device, as an estimate.
 *
 * @param device the device's generation, for example {@code m4}
 * @param step how long it takes, in seconds
 * @param memory how much memory it takes, in bytes; the same on all
 * @param batch the most examples that fit, by the least and by the most that is known
 */
public record DeviceEstimate(String device, Reading step, Reading memory, Reading batch) {
    static DeviceEstimate of(
            String device, DeviceTable table, List<Workload> loads, StepMemory memory, long batch) {
        return new DeviceEstimate(
                device,
                new StepTime(table, device).of(loads),
                new Reading.Known(memory.of(Math.max(1, batch))),
                largest(device, table, memory, batch));
    }

    /** Nothing can be told of a step whose axes may have any length. */
    static DeviceEstimate flexible(String device) {
        var unknown =
                new Reading.Unknown(
                        "axes of flexible length decide; estimate a package of fixed shapes");
        return new DeviceEstimate(device, unknown, unknown, unknown);
    }

    private static Reading largest(
            String device, DeviceTable table, StepMemory memory, long batch) {
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
        return new Reading.Known(new Range(least, Math.max(least, most)));
    }
}
