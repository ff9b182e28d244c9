package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;

/** On M1 a product of two values was zero unless the inner axis was a multiple of 32. */
record MultipleRule() implements PlacementRule {
    private static final int UNIT = 32;

    @Override
    public List<Finding> judge(MilCall call) {
        if (!call.op().equals("matmul") || call.operands().size() < 2) {
            return List.of();
        }
        long inner = call.input("x").orElseThrow().dim(call.isSet("transpose_x") ? -2 : -1);
        return inner % UNIT == 0
                ? List.of()
                : List.of(
                        Finding.remark(
                                "its inner axis is no multiple of 32: one report of zeros on M1,"
                                        + " not through Core ML"));
    }
}
