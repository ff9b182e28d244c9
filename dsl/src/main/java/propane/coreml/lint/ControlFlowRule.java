package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;

/** What runs on the engine is a straight line of operations. */
record ControlFlowRule() implements PlacementRule {
    @Override
    public List<Finding> judge(MilCall call) {
        return call.isOne("cond", "while_loop") || call.isNested()
                ? List.of(
                        Finding.against(
                                "is or stands in a branch or loop; the engine has no control"
                                        + " flow"))
                : List.of();
    }
}
