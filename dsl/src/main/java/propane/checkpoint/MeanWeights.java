package propane.checkpoint;

import propane.tensor.DTypeException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Problem;
import propane.tensor.ShapeException;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/** The mean of the weights of several models. */
final class MeanWeights {
    private MeanWeights() {}

    static Weights of(List<Weights> all, double[] shares) {
        if (all.isEmpty() || all.size() != shares.length) {
            throw new ShapeException(
                    Problem.of(
                                    "mean",
                                    "each weights need a share, got "
                                            + all.size()
                                            + " weights and "
                                            + shares.length
                                            + " shares")
                            .operand("shares", Arrays.toString(shares)));
        }
        double sum = Arrays.stream(shares).sum();
        boolean isShare = Arrays.stream(shares).allMatch(share -> share >= 0);
        if (!isShare || !(sum > 0) || Double.isInfinite(sum)) {
            throw new NumericException(
                    Problem.of(
                            "mean",
                            "shares must be finite, not negative and not all 0, are "
                                    + Arrays.toString(shares)));
        }
        Weights first = all.getFirst();
        all.forEach(each -> first.requireSamePaths("mean", each));
        var means = new LinkedHashMap<String, NDArray>();
        for (String path : first.paths()) {
            means.put(path, mean(path, all, shares, sum));
        }
        return new Weights(means);
    }

    private static NDArray mean(String path, List<Weights> all, double[] shares, double sum) {
        NDArray first = all.getFirst().at(path);
        if (!first.dtype().isFloat()) {
            throw new DTypeException(
                    Problem.of("mean", "arrays must hold floats; " + path + " does not")
                            .operand(path, first.type()));
        }
        double[] mean = new double[first.size()];
        for (int i = 0; i < shares.length; i++) {
            NDArray each = all.get(i).at(path);
            if (!each.type().equals(first.type())) {
                throw new ShapeException(
                        Problem.of("mean", "types of " + path + " must be alike")
                                .operand("first", first.type())
                                .operand("other", each.type()));
            }
            // A share of 0 counts for nothing, whatever the array holds.
            if (shares[i] != 0) {
                double[] values = each.doubles();
                for (int j = 0; j < mean.length; j++) {
                    mean[j] += values[j] * (shares[i] / sum);
                }
            }
        }
        return NDArray.of(mean, first.type());
    }
}
