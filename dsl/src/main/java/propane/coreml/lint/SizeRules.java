package propane.coreml.lint;

import propane.coreml.mil.Amount;
import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.report.Finding;

import java.util.ArrayList;
import java.util.List;

/** What the size of a function says: too small for Core ML to take the trouble, or too large. */
final class SizeRules {
    /** A transformer of 50 k stayed on the CPU wholly, one of 10 M left it wholly. */
    private static final long SURELY_SMALL = 100_000;

    private static final long SURELY_ENOUGH = 10_000_000;
    private static final int FEW_PRODUCTS = 2;

    /** A single convolution of 1.2 GFLOP was preferred there, one of 0.3 was not. */
    private static final long MUCH_WORK = 1_200_000_000;

    private static final long IPHONE = 1_000_000_000;
    private static final long SPLIT = 1_200_000_000;
    private static final long GPU = 3_300_000_000L;

    private SizeRules() {}

    static List<Finding> judge(MilFunction function) {
        var found = new ArrayList<Finding>();
        String parameters = Amount.of(function.weights()).strip() + " parameters: ";
        long products = function.calls().stream().filter(SizeRules::multiplies).count();
        if (function.weights() < SURELY_SMALL) {
            found.add(
                    Finding.onCpu(
                            parameters
                                    + "Core ML will choose the CPU (measured by others: 50 k all"
                                    + " on the CPU, 10 M all on the Neural Engine)"));
        } else if (function.weights() < SURELY_ENOUGH) {
            found.add(
                    Finding.remark(
                            parameters
                                    + "Core ML may choose the CPU (measured by others: 50 k all on"
                                    + " the CPU, 10 M all on the Neural Engine)"));
        }
        long work = function.calls().stream().mapToLong(Work::of).sum();
        if (products <= FEW_PRODUCTS && work < MUCH_WORK) {
            found.add(
                    Finding.onCpu(
                            products
                                    + (products == 1 ? " product" : " products")
                                    + ": programs of one or two layers stayed on the CPU,"
                                    + " one of four did not (measured by others)"));
        }
        String bytes = Amount.of(function.weightBytes()) + "B of weights: ";
        if (function.weightBytes() > GPU) {
            found.add(
                    Finding.against(
                            bytes + "from 3.3 GB on all went to the GPU (measured by others)"));
        } else if (function.weightBytes() > SPLIT) {
            found.add(
                    Finding.remark(
                            bytes
                                    + "from about 1.2 GB on programs were split between processors"
                                    + " (measured by others)"));
        }
        if (function.weightBytes() > IPHONE) {
            found.add(Finding.remark(bytes + "an iPhone takes at most about 1 GB there (Apple)"));
        }
        return found;
    }

    private static boolean multiplies(MilCall call) {
        return call.isOne(
                "conv",
                "conv_transpose",
                "einsum",
                "linear",
                "matmul",
                "scaled_dot_product_attention");
    }
}
