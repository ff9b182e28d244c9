package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.Collections;
import java.util.List;

/** An axis is at most 65,536 long (measured by others); 16,384 on older engines is contested. */
record AxisLengthRule() implements PlacementRule {
    private static final long LONGEST = 65_536;
    private static final long LONG = 16_384;

    @Override
    public List<Finding> judge(MilCall call) {
        long longest =
                call.touched().stream()
                        .filter(value -> !value.dims().isEmpty())
                        .mapToLong(value -> Collections.max(value.dims()))
                        .max()
                        .orElse(0);
        if (longest > LONGEST) {
            return List.of(
                    Finding.against(
                            "has an axis longer than 65,536 (measured by others: refused); split"
                                    + " it"));
        }
        return longest > LONG
                ? List.of(
                        Finding.remark(
                                "has an axis longer than 16,384, which older engines are said not"
                                        + " to take"))
                : List.of();
    }
}
