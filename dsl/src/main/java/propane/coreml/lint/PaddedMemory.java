package propane.coreml.lint;

import propane.coreml.mil.MilValue;
import propane.coreml.report.FunctionPlacement;

import java.util.Collection;
import java.util.Comparator;

/** What values take in memory, and what of it is lost to padding. */
final class PaddedMemory {
    private static final int NAMED = 3;

    private PaddedMemory() {}

    static FunctionPlacement.Memory of(Collection<MilValue> values) {
        return new FunctionPlacement.Memory(
                values.stream().mapToLong(MilValue::bytes).sum(),
                values.stream().mapToLong(MilValue::padded).sum(),
                values.stream()
                        .filter(value -> wasted(value) > 0)
                        .sorted(Comparator.comparingLong(PaddedMemory::wasted).reversed())
                        .limit(NAMED)
                        .map(value -> value.shown() + " " + value.type())
                        .toList());
    }

    private static long wasted(MilValue value) {
        return value.padded() - value.bytes();
    }
}
