package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;
import java.util.stream.Stream;

/** A reduction times zero fails in the engine's compiler; zeros are to be made as t - t. */
record ReducedZeroRule() implements PlacementRule {
    @Override
    public List<Finding> judge(MilCall call) {
        if (!call.op().equals("mul")) {
            return List.of();
        }
        var factors = Stream.of("x", "y").flatMap(side -> call.input(side).stream()).toList();
        boolean reduced = factors.stream().anyMatch(value -> value.maker().startsWith("reduce_"));
        boolean zero =
                factors.stream()
                        .anyMatch(value ->
                                !value.numbers().isEmpty()
                                        && value.numbers().stream().allMatch(n -> n == 0));
        return reduced && zero
                ? List.of(
                        Finding.against(
                                "is a reduction times zero, which the engine's compiler fails on"
                                        + " (measured by others); write t - t"))
                : List.of();
    }
}
