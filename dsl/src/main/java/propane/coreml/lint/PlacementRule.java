package propane.coreml.lint;

import java.util.List;
import java.util.stream.Stream;

/** A fact about the Neural Engine that can be seen in one operation. */
interface PlacementRule {
    /** All rules, in the order in which their findings are told. */
    List<PlacementRule> ALL =
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

    /** Returns what is to be said of an operation, nothing where the fact does not concern it. */
    List<Finding> judge(MilCall call);
}
