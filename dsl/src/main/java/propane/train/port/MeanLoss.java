package propane.train.port;

import propane.nn.loss.LossSum;
import propane.nn.metric.Metric;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.Stream;

/**
 * The loss over several batches of which not all counts: the sum of some losses' means, each over
 * all that counts. Of every loss a batch hands out its sum and the weight of what counts in it.
 */
public record MeanLoss() implements Metric.Scalar {
    /** The result that hands it out; beside it stands the batch's own loss. */
    static final String PORT = "step/loss_sums";

    /** Returns sums and weights by turns, [2 · losses]. */
    public static Tensor measured(List<LossSum> losses) {
        return Tensor.concat(
                0, losses.stream().flatMap(each -> Stream.of(each.sum(), each.weight())).toList());
    }

    @Override
    public String name() {
        return PORT;
    }

    @Override
    public boolean higherIsBetter() {
        return false;
    }

    @Override
    public Tensor measure(Tensor prediction, Tensor target) {
        throw new AssertionError("is made of losses");
    }

    @Override
    public double value(double[] sums, double examples) {
        double loss = 0;
        for (int i = 0; i < sums.length; i += 2) {
            // Where nothing counts, nothing is lost.
            loss += sums[i + 1] > 0 ? sums[i] / sums[i + 1] : 0;
        }
        return loss;
    }
}
