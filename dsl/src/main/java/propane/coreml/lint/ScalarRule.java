package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;

/** Nobody is known to have shown a value without axes on the engine. */
record ScalarRule() implements PlacementRule {
    @Override
    public List<Finding> judge(MilCall call) {
        return call.touched().stream().anyMatch(value -> value.bits() > 0 && value.dims().isEmpty())
                ? List.of(
                        Finding.remark(
                                "has a value without axes: nobody is known to have shown one there,"
                                        + " and ExecuTorch saw them crash at Core ML's border; give"
                                        + " it one axis of length 1"))
                : List.of();
    }
}
