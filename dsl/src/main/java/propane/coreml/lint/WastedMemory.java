package propane.coreml.lint;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Memory that is lost because the engine pads last axes to 64 bytes (Apple): 32 float16.
 *
 * @param bytes how much the numbers take
 * @param padded how much they take when padded
 * @param worst the values that lose most, at most three
 */
public record WastedMemory(long bytes, long padded, List<MilValue> worst) {
    private static final int NAMED = 3;

    /** Copies the list. */
    public WastedMemory {
        worst = List.copyOf(worst);
    }

    static WastedMemory of(Collection<MilValue> values) {
        return new WastedMemory(
                values.stream().mapToLong(MilValue::bytes).sum(),
                values.stream().mapToLong(MilValue::padded).sum(),
                values.stream()
                        .filter(value -> wasted(value) > 0)
                        .sorted(Comparator.comparingLong(WastedMemory::wasted).reversed())
                        .limit(NAMED)
                        .toList());
    }

    private static long wasted(MilValue value) {
        return value.padded() - value.bytes();
    }

    /** Returns how much is lost, as part of all that is taken; 0 to 1. */
    public double lost() {
        return padded == 0 ? 0 : (double) (padded - bytes) / padded;
    }

    String text() {
        String all =
                Amount.of(padded)
                        + "B for "
                        + Amount.of(bytes)
                        + "B of numbers, "
                        + Amount.percent(lost())
                        + " lost to padding of last axes to 64 bytes";
        return worst.isEmpty()
                ? all
                : all
                        + "; most by "
                        + worst.stream()
                                .map(value -> value.shown() + " " + value.type())
                                .collect(Collectors.joining(", "));
    }

    /** Returns how much it is. */
    @Override
    public String toString() {
        return text();
    }
}
