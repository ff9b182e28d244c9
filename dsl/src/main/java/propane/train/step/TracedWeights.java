package propane.train.step;

import propane.nn.Weight;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * Values that stand in place of a model's weights inside a traced step, as a value: every method
 * returns others. {@link TracedModel#predict(Tensor, TracedWeights)} predicts with them.
 *
 * {@snippet :
 * // Sharpness-aware minimization (Foret et al., 2021): slopes where the loss is worse nearby.
 * Step sharpnessAware = (model, batch) -> {
 *     var loss = meanSquaredError().of(model.predict(batch.x()), batch.y());
 *     var slopes = gradients(loss, model.weights());
 *     var way = slopes.times(Tensor.constant(0.05).div(slopes.globalNorm())).stopGradient();
 *     var worse = model.predict(batch.x(), model.weights().plus(way));
 *     model.update(gradients(meanSquaredError().of(worse, batch.y()), model), sgd(0.1));
 *     return StepOutputs.of(loss(), loss);
 * };
 * var training = training(model(input(2), dense(1)))
 *         .step(sharpnessAware).targets(input("target", 1)).batch(2);
 * }
 */
public final class TracedWeights {
    private final Map<Weight, Tensor> values;

    private TracedWeights(Map<Weight, Tensor> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /**
     * Returns values that stand in place of weights.
     *
     * @param values the values, each of its weight's type
     */
    public static TracedWeights of(Map<Weight, Tensor> values) {
        return new TracedWeights(values);
    }

    /** Returns the values by weight, in the order the model declares them. */
    public Map<Weight, Tensor> values() {
        return new LinkedHashMap<>(values);
    }

    /**
     * Returns the value of one weight.
     *
     * @throws UnknownNameException if there is none at the path
     */
    public Tensor at(String path) {
        return values.get(weight("weights", path));
    }

    private Weight weight(String what, String path) {
        return values.keySet().stream()
                .filter(weight -> weight.path().equals(path))
                .findFirst()
                .orElseThrow(() ->
                        UnknownNameException.among(
                                what + ": no weight",
                                path,
                                values.keySet().stream().map(Weight::path).toList()));
    }

    /**
     * Returns these with another value of one weight.
     *
     * @throws UnknownNameException if there is no weight at the path
     * @throws ShapeException if the value is not of the weight's type
     */
    public TracedWeights with(String path, Tensor value) {
        Preconditions.given("with: value", value);
        Weight weight = weight("with", path);
        var all = new LinkedHashMap<>(values);
        all.put(weight, checked("with", weight, value));
        return new TracedWeights(all);
    }

    /**
     * Returns these with something added to those weights of which there is a gradient.
     *
     * @throws UnknownNameException if there is a gradient of another weight
     */
    public TracedWeights plus(Gradients way) {
        return joined("plus", way, Tensor::add);
    }

    /**
     * Returns these with something taken from those weights of which there is a gradient: {@code
     * model.weights().minus(gradients(loss, model.weights()).times(0.1))} is a step of gradient
     * descent, through which a later loss can be differentiated.
     *
     * @throws UnknownNameException if there is a gradient of another weight
     */
    public TracedWeights minus(Gradients way) {
        return joined("minus", way, Tensor::sub);
    }

    private TracedWeights joined(String what, Gradients way, BinaryOperator<Tensor> operator) {
        var all = new LinkedHashMap<>(values);
        way.values()
                .forEach((weight, each) -> {
                    Weight own = weight(what, weight.path());
                    Tensor value = operator.apply(values.get(own), each);
                    all.put(own, checked(what, own, value));
                });
        return new TracedWeights(all);
    }

    /** A value of another shape might broadcast without a word. */
    private static Tensor checked(String what, Weight weight, Tensor value) {
        if (!value.type().equals(weight.port().type())) {
            String rule = "a value must be of its weight's type, got " + value.type();
            throw new ShapeException(
                    Problem.of(what, rule)
                            .operand("weight", weight.port().tensor())
                            .operand("value", value)
                            .fix("keep the shape of the weight"));
        }
        return value;
    }

    /** Returns of how many weights they are. */
    @Override
    public String toString() {
        return "values of " + values.size() + " weights";
    }
}
