package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;

import java.util.List;

/** States whose last axis is no multiple of 32 fail on the engine: 270 does, 256 works. */
record StateWidthRule() implements PlacementRule {
    private static final int UNIT = 32;

    @Override
    public List<Finding> judge(MilCall call) {
        return call.operands().stream()
                        .filter(value -> value.origin() == MilValue.Origin.STATE)
                        .anyMatch(value -> value.dim(-1) % UNIT != 0)
                ? List.of(
                        Finding.against(
                                "uses a state whose last axis is no multiple of 32, which fails on"
                                        + " the engine (measured by others)"))
                : List.of();
    }
}
