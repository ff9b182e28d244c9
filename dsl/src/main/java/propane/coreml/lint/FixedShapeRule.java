package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;

import java.util.List;

/** Shapes on the engine are fixed; ranges need a hint when the model is loaded (Apple). */
record FixedShapeRule() implements PlacementRule {
    @Override
    public List<Finding> judge(MilCall call) {
        return call.touched().stream().allMatch(MilValue::isStatic)
                ? List.of()
                : List.of(
                        Finding.against(
                                "has an axis of flexible length; the engine needs fixed shapes, or"
                                        + " ranges loaded with reshapeFrequency infrequent"
                                        + " (Apple)"));
    }
}
