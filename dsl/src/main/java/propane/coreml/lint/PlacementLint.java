package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.report.Finding;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.report.OpPlacement;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Judges functions by all rules. This is the table that lists them. */
public final class PlacementLint {
    /** The rules of single operations, in the order in which their findings are told. */
    private static final List<PlacementRule> RULES =
            Stream.of(
                            OpFact.rules().stream(),
                            Stream.of(
                                    new ElementRule(),
                                    new RankRule(),
                                    new ScalarRule(),
                                    new FixedShapeRule(),
                                    new AxisLengthRule(),
                                    new ControlFlowRule(),
                                    new ConstantWeightRule(),
                                    new WindowRule(),
                                    new StateWidthRule(),
                                    new ReducedZeroRule(),
                                    new NumericRule(),
                                    new MultipleRule()))
                    .<PlacementRule>flatMap(rules -> rules)
                    .toList();

    private PlacementLint() {}

    /** Returns what is to be said of a function: of its operations, one for each call in order. */
    public static FunctionPlacement judge(MilFunction function) {
        var ops =
                function.calls().stream()
                        .map(call ->
                                BorderCast.is(call, function)
                                        ? placement(call, 0, BorderCast.findings())
                                        : judge(call))
                        .toList();
        var findings = new ArrayList<>(SizeRules.judge(function));
        findings.addAll(InterfaceRule.judge(function, ops));
        return new FunctionPlacement(
                function.name(),
                ops,
                findings,
                PaddedMemory.of(function.ports()),
                PaddedMemory.of(function.values()));
    }

    /** Returns what is to be said of an operation wherever it stands. */
    static OpPlacement judge(MilCall call) {
        var findings =
                RULES.stream().flatMap(rule -> rule.judge(call).stream()).distinct().toList();
        return placement(call, Work.of(call), findings);
    }

    private static OpPlacement placement(MilCall call, long work, List<Finding> findings) {
        return new OpPlacement(
                call.op(),
                call.outputs().stream().map(MilValue::toString).toList(),
                work,
                findings);
    }
}
