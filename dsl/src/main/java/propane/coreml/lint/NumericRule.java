package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.ArrayList;
import java.util.List;

/** What comes out different from float32, where it may run. */
record NumericRule() implements PlacementRule {
    /** Half of the least number that float16 has; what is below becomes zero. */
    private static final double NOTHING = 0x1p-25;

    @Override
    public List<Finding> judge(MilCall call) {
        var found = new ArrayList<Finding>();
        if (call.op().equals("reduce_sum")) {
            found.add(
                    Finding.remark(
                            "adds up in float16 there (measured by others); a product with ones"
                                    + " adds up in float32"));
        }
        if (call.input("epsilon").stream()
                .flatMap(value -> value.numbers().stream())
                .anyMatch(epsilon -> epsilon <= NOTHING)) {
            found.add(Finding.remark("its epsilon is zero in float16"));
        }
        if (call.inputs().values().stream()
                .flatMap(List::stream)
                .flatMap(value -> value.numbers().stream())
                .anyMatch(number -> number.isInfinite())) {
            found.add(Finding.remark("has an infinite constant; Apple: use -1e4 in masks"));
        }
        if (call.isOne("slice_by_index", "slice_by_size")
                && !call.wholes("begin").isEmpty()
                && call.wholes("begin").getLast() != 0
                && (call.wholes("begin_mask").isEmpty()
                        || call.wholes("begin_mask").getLast() == 0)) {
            found.add(
                    Finding.remark(
                            "begins past the start of the last axis: M1 and M2 then clip at 4,094"
                                    + " (measured by others)"));
        }
        return found;
    }
}
