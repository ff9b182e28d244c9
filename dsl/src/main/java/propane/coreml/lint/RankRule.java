package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;

/** No value on the engine has more than five axes (Apple). */
record RankRule() implements PlacementRule {
    private static final int MOST_AXES = 5;

    @Override
    public List<Finding> judge(MilCall call) {
        return call.touched().stream().anyMatch(value -> value.dims().size() > MOST_AXES)
                ? List.of(Finding.against("has a value of more than five axes (Apple: at most 5)"))
                : List.of();
    }
}
