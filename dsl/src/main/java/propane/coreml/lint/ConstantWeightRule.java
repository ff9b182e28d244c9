package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;

/** Convolutions and linear maps need weights that are constants; products take two values. */
record ConstantWeightRule() implements PlacementRule {
    @Override
    public List<Finding> judge(MilCall call) {
        return call.isOne("conv", "conv_transpose", "linear")
                        && call.input("weight").filter(value -> !value.isConstant()).isPresent()
                ? List.of(
                        Finding.against(
                                "its weight is no constant: refused or silently wrong on the engine"
                                        + " (measured by others); a matmul takes it"))
                : List.of();
    }
}
