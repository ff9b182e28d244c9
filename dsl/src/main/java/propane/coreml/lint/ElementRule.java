package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The engine computes in float16 (Apple: a program typed float32 bars the Neural Engine alone);
 * Apple's list for it is fp16, int8 and int16. Truth values between operations are there too:
 * comparing and selecting was shown.
 */
record ElementRule() implements PlacementRule {
    private static final Set<String> TAKEN =
            Set.of("fp16", "bool", "int8", "uint8", "int16", "uint16");

    @Override
    public List<Finding> judge(MilCall call) {
        var literals =
                call.inputs().values().stream()
                        .flatMap(List::stream)
                        .filter(value -> value.isConstant() && value.count() > 1)
                        .filter(value -> value.isOf("fp32", "fp64"));
        return Stream.concat(call.touched().stream(), literals)
                .map(MilValue::elements)
                .filter(type -> !TAKEN.contains(type))
                .distinct()
                .sorted()
                .map(type -> Finding.against(text(type)))
                .toList();
    }

    private static String text(String type) {
        return switch (type) {
            case "fp32", "fp64", "bf16" ->
                    "computes in " + type + "; the Neural Engine computes in float16 only (Apple)";
            case "int32", "uint32", "int64", "uint64" ->
                    "works on " + type + "; the engine takes fp16, int8 and int16 (Apple)";
            default -> "works on elements " + type + ", which the Neural Engine does not have";
        };
    }
}
