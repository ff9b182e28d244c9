package propane.train.step;

import propane.nn.Tensors;
import propane.nn.Weight;
import propane.nn.WeightFilters;
import propane.nn.loss.LossSum;
import propane.nn.optimizer.Optimizer;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model, or a part of one, inside a traced step. It predicts with the weights as they are before
 * the step; the model that {@link #update} returns with those after the update.
 */
public final class TracedModel {
    private final StepTrace trace;
    private final String path;
    private final Map<String, Tensor> current;

    /**
     * Makes a part.
     *
     * @param path where it begins, empty for the whole model
     * @param current values that stand in place of weights, by path
     */
    TracedModel(StepTrace trace, String path, Map<String, Tensor> current) {
        this.trace = trace;
        this.path = path;
        this.current = Map.copyOf(current);
    }

    /** Returns the only output for the only input. */
    public Tensor predict(Tensor x) {
        return predict(trace.inputs(x)).only();
    }

    /** Returns the outputs by name for inputs by name. */
    public Tensors predict(Tensors inputs) {
        return trace.predict(inputs, current);
    }

    /**
     * Returns the only output for the only input, predicted with other weights.
     *
     * @param weights what stands in place of weights
     */
    public Tensor predict(Tensor x, TracedWeights weights) {
        return predict(trace.inputs(x), weights).only();
    }

    /**
     * Returns the outputs by name for inputs by name, predicted with other weights.
     *
     * @param weights what stands in place of weights
     */
    public Tensors predict(Tensors inputs, TracedWeights weights) {
        Preconditions.given("predict: weights", weights);
        var others = new HashMap<>(current);
        others.putAll(weights.byPath());
        return trace.predict(inputs, others);
    }

    /** Returns the trainable weights of this model, as it predicts with them. */
    public TracedWeights weights() {
        var all = new LinkedHashMap<Weight, Tensor>();
        for (Weight weight : trainable()) {
            all.put(weight, tensor(weight.path()));
        }
        return new TracedWeights(all);
    }

    /**
     * Returns the part of this model below a path, whose weights can be updated on their own.
     *
     * @throws UnknownNameException if nothing is there
     */
    public TracedModel part(String below) {
        String full = path.isEmpty() ? below : path + "/" + below;
        trace.requireMatch("part", WeightFilters.under(full));
        return new TracedModel(trace, full, current);
    }

    /**
     * Returns the tensor of a weight of this model.
     *
     * @throws UnknownNameException if there is none
     */
    public Tensor weight(String below) {
        return tensor(path.isEmpty() ? below : path + "/" + below);
    }

    private Tensor tensor(String full) {
        return current.containsKey(full) ? current.get(full) : trace.tensor(full);
    }

    /**
     * Updates the weights that gradients were taken of and that the loss depends on; others keep
     * what they are, weight decay included. Several updates of one model begin from the weights as
     * they were before the step; to go on from an update, go on with the model that is returned:
     *
     * {@snippet :
     * var slow = sgd(0.01);
     * Step threeTimes = (model, batch) -> {
     *     var now = model;
     *     for (int i = 0; i < 3; i++) {
     *         var loss = meanSquaredError().of(now.predict(batch.x()), batch.y());
     *         now = now.update(gradients(loss, now), slow);
     *     }
     *     return StepOutputs.of(loss(), meanSquaredError().of(model.predict(batch.x()), batch.y()));
     * };
     * var training = training(model(input(2), dense(1)))
     *         .step(threeTimes).targets(input("target", 1)).batch(2);
     * }
     *
     * <p>An optimizer counts each of them; schedules count the step. What follows is not
     * differentiated through an update; {@link TracedWeights#minus} is a step that it is.
     *
     * @return the model after the update
     * @throws UnknownNameException if no group includes one of the weights, or a group includes no
     *     weight of the whole model, or a weight is updated twice from the same values
     */
    public TracedModel update(Gradients gradients, Optimizer optimizer) {
        Preconditions.given("update: gradients", gradients);
        Preconditions.given("update: optimizer", optimizer);
        trace.requireUse(optimizer);
        var after = new HashMap<>(current);
        after.putAll(trace.update(gradients, optimizer::of, current));
        return new TracedModel(trace, path, after);
    }

    Gradients gradientsOf(Tensor loss) {
        return gradientsOf(List.of(LossSum.ofMean(loss)));
    }

    /** Returns the gradients of the sum of some losses' means. */
    Gradients gradientsOf(List<LossSum> losses) {
        List<Weight> weights = trainable();
        if (weights.isEmpty()) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "gradients: there is no trainable weight"
                                            + (path.isEmpty() ? "" : " under " + path))
                            .fix("unfreeze a part of the model"));
        }
        return trace.gradients()
                .of(
                        losses,
                        weights,
                        weights.stream().map(weight -> tensor(weight.path())).toList());
    }

    private List<Weight> trainable() {
        var part = path.isEmpty() ? WeightFilters.all() : WeightFilters.under(path);
        return trace.trainable().stream().filter(part::includes).toList();
    }

    /** Returns which part of the model it is. */
    @Override
    public String toString() {
        return "a traced model" + (path.isEmpty() ? "" : ", the part " + path);
    }
}
