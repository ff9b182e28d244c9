package propane.train.trace;

import propane.nn.Weight;
import propane.nn.loss.LossSum;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;
import propane.train.step.Gradients;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The gradients of a step's losses, which are sums until all that belongs together is there. */
final class StepGradients {
    /** What the weight of what counts in a batch is handed over as. */
    private static final String LOSS_WEIGHT = "loss_weight";

    private final List<Window> window;
    private final List<LossScaling> scaling;
    private final Map<String, Tensor> raw = new LinkedHashMap<>();
    private final Map<String, Tensor> weights = new LinkedHashMap<>();

    /**
     * Begins a step.
     *
     * @param window the batches of an update, if it has several
     * @param scaling what scales losses, if they are
     */
    StepGradients(List<Window> window, List<LossScaling> scaling) {
        this.window = window;
        this.scaling = scaling;
    }

    /** Returns the gradients as reverse mode made them, by the path of their weight. */
    Map<String, Tensor> raw() {
        return raw;
    }

    /** Returns the weights of what counts in a batch, where they are not known before. */
    Map<String, Tensor> lossWeights() {
        return weights;
    }

    /**
     * Returns the gradients of the sum of some losses' means by weight; where several batches make
     * an update, the means are those over all of them.
     *
     * @param values the value of each weight
     */
    Gradients of(List<LossSum> losses, List<Weight> by, List<Tensor> values) {
        var all = new LinkedHashMap<Weight, Tensor>();
        Set<Weight> without = new LinkedHashSet<>(by);
        for (LossSum loss : parts(losses)) {
            ReverseMode.Found found = ofSum(loss, by, values);
            List<Tensor> means = means(loss, by, found.gradients());
            for (int i = 0; i < by.size(); i++) {
                all.merge(by.get(i), means.get(i), Tensor::add);
                if (found.reached().get(i)) {
                    without.remove(by.get(i));
                }
            }
        }
        if (without.size() == by.size()) {
            Tensor loss = losses.getFirst().sum();
            List<String> paths = by.stream().map(Weight::path).toList();
            throw new PropaneException(
                    Problem.of(
                                    "gradients",
                                    "the loss depends on none of the trainable weights " + paths)
                            .at(loss.source())
                            .operand("loss", loss)
                            .fix(
                                    "make the loss of what the model predicts, without"
                                            + " stopGradient(), argmax(), comparisons or whole"
                                            + " numbers on the way"));
        }
        return Gradients.of(all, without);
    }

    /**
     * Returns what is differentiated apart. A mean is, as long as nothing comes between: gradients
     * in float16 are those of the sum over a constant, which fit as they are, and several batches
     * are divided by what all of them hold; then one part for each weight of what counts.
     */
    private List<LossSum> parts(List<LossSum> losses) {
        var parts = new ArrayList<LossSum>();
        for (LossSum loss : losses) {
            int same = 0;
            while (same < parts.size() && !parts.get(same).countsAs(loss)) {
                same++;
            }
            if (same < parts.size()) {
                parts.set(same, parts.get(same).plus(loss));
            } else {
                parts.add(loss);
            }
        }
        boolean isLate = !window.isEmpty() || !scaling.isEmpty() && parts.size() == 1;
        return isLate
                ? parts
                : List.of(
                        LossSum.ofMean(
                                losses.stream()
                                        .map(LossSum::mean)
                                        .reduce(Tensor::add)
                                        .orElseThrow()));
    }

    /** Returns the gradients of a loss's sum, which is a share of the most a batch can hold. */
    private ReverseMode.Found ofSum(LossSum loss, List<Weight> by, List<Tensor> values) {
        Tensor from = loss.sum();
        for (LossScaling each : scaling) {
            from = each.scaled(from);
        }
        var found = ReverseMode.found(from, values);
        for (int i = 0; i < by.size(); i++) {
            raw.put(unused(by.get(i).path(), raw.keySet()), found.gradients().get(i));
        }
        if (!loss.countsAll()) {
            weights.put(unused(LOSS_WEIGHT, weights.keySet()), loss.weight());
        }
        List<Tensor> gradients = found.gradients();
        for (LossScaling each : scaling) {
            gradients = each.unscaled(gradients);
        }
        return new ReverseMode.Found(gradients, found.reached());
    }

    private List<Tensor> means(LossSum loss, List<Weight> by, List<Tensor> gradients) {
        var means = new ArrayList<Tensor>(gradients);
        for (Window each : window) {
            Tensor weight = each.weight(loss);
            for (int i = 0; i < by.size(); i++) {
                Weight of = by.get(i);
                Tensor sum = each.sum(of.path(), of.port().type(), gradients.get(i));
                means.set(i, LossSum.over(sum, weight));
            }
        }
        if (window.isEmpty() && !loss.countsAll()) {
            means.replaceAll(gradient -> LossSum.over(gradient, loss.weight()));
        }
        return means;
    }

    /** A second loss may be differentiated by the same weight. */
    private static String unused(String path, Set<String> names) {
        return names.contains(path) ? path + "/" + (names.size() + 1) : path;
    }
}
