package propane.coreml.lint;

import propane.coreml.mil.MilFunction;
import propane.coreml.report.Finding;
import propane.coreml.report.OpPlacement;

import java.util.List;

/** What goes in and out in float32 costs a cast each way and twice the bytes. */
final class InterfaceRule {
    private InterfaceRule() {}

    static List<Finding> judge(MilFunction function, List<OpPlacement> ops) {
        long wide = function.ports().stream().filter(port -> port.isOf("fp32")).count();
        return wide > 0 && ops.stream().anyMatch(OpPlacement::mayRun)
                ? List.of(
                        Finding.remark(
                                "float32 at "
                                        + wide
                                        + " of "
                                        + function.ports().size()
                                        + " inputs and outputs: each costs a cast and twice the"
                                        + " bytes (measured by others); float16 costs neither"))
                : List.of();
    }
}
