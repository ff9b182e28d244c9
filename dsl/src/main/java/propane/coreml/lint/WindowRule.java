package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.ArrayList;
import java.util.List;

/** Which windows convolutions and pools may have. */
record WindowRule() implements PlacementRule {
    private static final int WIDEST = 15;

    @Override
    public List<Finding> judge(MilCall call) {
        var found = new ArrayList<Finding>();
        if (call.isOne("conv", "conv_transpose")) {
            int spatial = call.input("weight").map(weight -> weight.dims().size() - 2).orElse(0);
            long width = spatial > 0 ? call.input("weight").orElseThrow().dim(-1) : 1;
            if (width > WIDEST) {
                found.add(
                        Finding.against(
                                "its kernel is wider than 15 (measured by others: refused; the"
                                        + " height is free)"));
            }
            if (call.wholes("strides").stream().anyMatch(stride -> !isSmooth(stride))) {
                found.add(
                        Finding.against(
                                "has a stride that is no product of twos and threes (Apple's"
                                        + " rule)"));
            }
            if (call.wholes("dilations").stream().anyMatch(step -> step > 1)) {
                found.add(Finding.remark("is dilated; Apple advises to factor dilations"));
            }
        }
        if (call.isOne("avg_pool", "max_pool", "l2_pool")
                && call.wholes("strides").stream()
                        .anyMatch(stride -> stride != 1 && stride != 2 && stride != 4)) {
            found.add(Finding.remark("Apple advises strides of 2 or 4 for pools"));
        }
        return found;
    }

    private static boolean isSmooth(int stride) {
        int rest = Math.max(1, stride);
        for (int prime = 2; prime <= 3; prime++) {
            while (rest % prime == 0) {
                rest /= prime;
            }
        }
        return rest == 1;
    }
}
