package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;

import java.util.List;

/**
 * A cast that only leads from an input in float32 to float16, or back to an output: where others
 * gave float32 across the border of a program, all the rest was seen on the Neural Engine.
 */
final class BorderCast {
    private static final Finding FINDING =
            Finding.remark(
                    "converts an input or output between float32 and float16; that kept no other"
                            + " operation off (measured by others)");

    private BorderCast() {}

    /** Returns whether an operation of a function is such a cast. */
    static boolean is(MilCall call, MilFunction function) {
        return call.op().equals("cast")
                && !call.isNested()
                && call.touched().stream().allMatch(value -> value.isOf("fp16", "fp32"))
                && (call.operands().stream().anyMatch(BorderCast::isInput)
                        || call.outputs().stream().anyMatch(function.outputs()::contains));
    }

    private static boolean isInput(MilValue value) {
        return value.origin() == MilValue.Origin.INPUT;
    }

    /** Returns what is to be said of it. */
    static List<Finding> findings() {
        return List.of(FINDING);
    }
}
