package propane.train.step;

import propane.nn.Weight;
import propane.nn.loss.LossSum;
import propane.nn.rule.Randomness;
import propane.spi.Preconditions;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The gradients of a loss with respect to the trainable weights of a model, or of a part of it. */
public final class Gradients {
    private final Map<Weight, Tensor> values;
    private final Set<Weight> unreached;

    private Gradients(Map<Weight, Tensor> values, Set<Weight> unreached) {
        this.values = new LinkedHashMap<>(values);
        this.unreached = Set.copyOf(unreached);
    }

    /**
     * Returns gradients by weight.
     *
     * @param values the gradients, each of its weight's type
     * @param unreached the weights that the loss does not depend on; their gradients are zeros
     */
    public static Gradients of(Map<Weight, Tensor> values, Set<Weight> unreached) {
        return new Gradients(values, unreached);
    }

    /** Returns whether the loss depends on a weight in a way that has a slope. */
    public boolean isReached(Weight weight) {
        return !unreached.contains(weight);
    }

    /**
     * Returns the gradients of a loss with respect to a model's trainable weights. Nothing is
     * computed for frozen ones.
     *
     * @param loss a tensor of one element
     */
    public static Gradients gradients(Tensor loss, TracedModel model) {
        return gradients(LossSum.ofMean(loss), model);
    }

    /**
     * Returns the gradients of the mean of a loss that knows what counts in it: {@code
     * gradients(softmaxCrossEntropy().ignoreIndex(0).sum(outputs, labels), model)}. Where several
     * batches make one update, the mean is that over all that counts in them; of a loss that is a
     * number alone, that over their examples.
     *
     * @param loss the sum and the weight of what counts
     */
    public static Gradients gradients(LossSum loss, TracedModel model) {
        return gradients(List.of(loss), model);
    }

    /**
     * Returns the gradients of the sum of several losses' means, each over all that counts in it.
     *
     * @param losses the sum and the weight of what counts of each
     */
    public static Gradients gradients(List<LossSum> losses, TracedModel model) {
        return model.gradients(losses);
    }

    /**
     * Returns the gradients of a loss of this batch alone with respect to values that weights have,
     * to go on computing with: of several batches that make one update nothing is added up.
     *
     * @param loss a tensor of one element
     * @throws ShapeException if it has more than one
     */
    public static Gradients gradients(Tensor loss, TracedWeights weights) {
        var by = List.copyOf(weights.values().keySet());
        var found = ReverseMode.found(loss, List.copyOf(weights.values().values()));
        var all = new LinkedHashMap<Weight, Tensor>();
        Set<Weight> unreached = new HashSet<>();
        for (int i = 0; i < by.size(); i++) {
            all.put(by.get(i), found.gradients().get(i));
            if (!found.reached().get(i)) {
                unreached.add(by.get(i));
            }
        }
        return new Gradients(all, unreached);
    }

    /**
     * Returns the gradients of a loss with respect to any tensors.
     *
     * @param loss a tensor of one element
     */
    public static List<Tensor> gradients(Tensor loss, Tensor... of) {
        return ReverseMode.gradients(loss, List.of(of));
    }

    /** Returns the gradients by weight, in the order the model declares them. */
    public Map<Weight, Tensor> values() {
        return new LinkedHashMap<>(values);
    }

    /**
     * Returns the gradient of one weight.
     *
     * @throws UnknownNameException if there is none at the path
     */
    public Tensor at(String path) {
        for (var entry : values.entrySet()) {
            if (entry.getKey().path().equals(path)) {
                return entry.getValue();
            }
        }
        throw UnknownNameException.among(
                "gradients: no trainable weight",
                path,
                values.keySet().stream().map(Weight::path).toList());
    }

    /**
     * Returns these gradients and those of another loss, added where both have one of a weight.
     *
     * @param others gradients of the same training
     */
    public Gradients plus(Gradients others) {
        var all = new LinkedHashMap<>(values);
        others.values.forEach((weight, gradient) -> all.merge(weight, gradient, Tensor::add));
        var neither = new HashSet<Weight>(all.keySet());
        neither.removeIf(weight -> reaches(weight) || others.reaches(weight));
        return new Gradients(all, neither);
    }

    private boolean reaches(Weight weight) {
        return values.containsKey(weight) && isReached(weight);
    }

    /** Returns the square root of the sum of squares of all elements, a tensor without axes. */
    public Tensor globalNorm() {
        return globalNorm(tensors());
    }

    /**
     * Returns the square root of the sum of squares of all elements of some tensors, a tensor
     * without axes; 0 of none.
     */
    public static Tensor globalNorm(List<Tensor> of) {
        return GradientClipping.globalNorm(of);
    }

    /**
     * Returns the gradients scaled down so that their global norm is at most a number; smaller ones
     * stay as they are.
     *
     * @param max the largest norm, positive
     */
    public Gradients clipByGlobalNorm(double max) {
        return with(GradientClipping.byGlobalNorm(tensors(), max));
    }

    /**
     * Returns the gradients with each one scaled down on its own to a norm of at most a number.
     *
     * @param max the largest norm, positive
     */
    public Gradients clipByNorm(double max) {
        return with(GradientClipping.byNorm(tensors(), max));
    }

    /**
     * Returns the gradients with every element moved into −max to max.
     *
     * @param max the largest absolute value, positive
     */
    public Gradients clipByValue(double max) {
        return with(GradientClipping.byValue(tensors(), max));
    }

    /**
     * Returns the gradients with normal noise added (Neelakantan et al., 2015), other noise at each
     * step: a function of the training's seed, the step and the weight's path alone.
     *
     * @param deviation the standard deviation of the noise
     */
    public Gradients withNoise(double deviation) {
        return noisy(
                Tensor.constant(Preconditions.notNegative("withNoise: the deviation", deviation)));
    }

    /**
     * Returns the gradients with normal noise added whose variance falls with the step t as η / (1
     * + t)<sup>γ</sup> (Neelakantan et al., 2015).
     *
     * @param eta η; 0.01, 0.3 and 1 are usual
     * @param gamma γ; 0.55 is usual
     */
    public Gradients withNoise(double eta, double gamma) {
        Preconditions.notNegative("withNoise: eta", eta);
        Tensor step = Randomness.STEP.tensor().cast(DType.FLOAT32).add(1);
        return noisy(step.pow(-gamma / 2).mul(Math.sqrt(eta)));
    }

    private Gradients noisy(Tensor deviation) {
        var all = new LinkedHashMap<Weight, Tensor>();
        values.forEach((weight, gradient) -> {
            Tensor noise = Randomness.normal("gradient_noise/" + weight.path(), weight.shape());
            all.put(weight, gradient.add(noise.mul(deviation)));
        });
        return new Gradients(all, unreached);
    }

    /** Returns the gradients multiplied by a number. */
    public Gradients times(double factor) {
        return map(each -> each.mul(factor));
    }

    /**
     * Returns the gradients multiplied by a number that the step computes.
     *
     * @param factor a tensor of one element
     */
    public Gradients times(Tensor factor) {
        if (factor.shape().size() != 1) {
            throw new ShapeException(
                    Problem.ofRule("times: the factor must be one number, got " + factor)
                            .operand("factor", factor)
                            .fix("reduce it, or change the gradients by map(…)"));
        }
        return map(each -> each.mul(factor.reshape()));
    }

    /** Returns the gradients as numbers that are not differentiated any further. */
    public Gradients stopGradient() {
        return map(Tensor::stopGradient);
    }

    private List<Tensor> tensors() {
        return List.copyOf(values.values());
    }

    private Gradients with(List<Tensor> others) {
        var all = new LinkedHashMap<Weight, Tensor>();
        int next = 0;
        for (Weight weight : values.keySet()) {
            all.put(weight, others.get(next++));
        }
        return new Gradients(all, unreached);
    }

    /** Returns the gradients with each one changed. */
    public Gradients map(UnaryOperator<Tensor> change) {
        var all = new LinkedHashMap<Weight, Tensor>();
        values.forEach((weight, gradient) -> all.put(weight, change.apply(gradient)));
        return new Gradients(all, unreached);
    }

    /** Returns of how many weights they are. */
    @Override
    public String toString() {
        return "gradients of " + values.size() + " weights";
    }
}
