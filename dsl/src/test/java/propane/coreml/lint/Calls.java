package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;
import propane.coreml.report.OpPlacement;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Operations for the lint's tests. */
final class Calls {
    private Calls() {}

    static MilValue value(String type, MilValue.Origin origin, long... dims) {
        var axes = Arrays.stream(dims).boxed().toList();
        return new MilValue("v", type, axes, origin, "", List.of(), "");
    }

    static MilValue fp16(long... dims) {
        return value("fp16", MilValue.Origin.COMPUTED, dims);
    }

    static MilValue weight(long... dims) {
        return value("fp16", MilValue.Origin.CONSTANT, dims);
    }

    static MilValue numbers(String type, Double... numbers) {
        return new MilValue(
                "c",
                type,
                List.of((long) numbers.length),
                MilValue.Origin.CONSTANT,
                "",
                List.of(numbers),
                "");
    }

    static MilCall call(String op, MilValue result, Map<String, MilValue> inputs) {
        Map<String, List<MilValue>> lists = new LinkedHashMap<>();
        inputs.forEach((name, value) -> lists.put(name, List.of(value)));
        return new MilCall(op, lists, List.of(result), false);
    }

    static OpPlacement placed(String op, MilValue result, Map<String, MilValue> inputs) {
        return PlacementLint.judge(call(op, result, inputs));
    }
}
