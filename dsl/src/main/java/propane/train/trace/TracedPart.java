package propane.train.trace;

import propane.nn.Tensors;
import propane.nn.Weight;
import propane.nn.WeightFilters;
import propane.nn.loss.LossSum;
import propane.nn.optimizer.Optimizer;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.step.Gradients;
import propane.train.step.TracedModel;
import propane.train.step.TracedWeights;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model, or a part of one, inside a step that is being traced. */
final class TracedPart implements TracedModel {
    private final StepTrace trace;
    private final String path;
    private final Map<String, Tensor> current;

    /**
     * Makes a part.
     *
     * @param path where it begins, empty for the whole model
     * @param current values that stand in place of weights, by path
     */
    TracedPart(StepTrace trace, String path, Map<String, Tensor> current) {
        this.trace = trace;
        this.path = path;
        this.current = Map.copyOf(current);
    }

    @Override
    public Tensor predict(Tensor x) {
        return predict(trace.inputs(x)).only();
    }

    @Override
    public Tensors predict(Tensors inputs) {
        return trace.predict(inputs, current);
    }

    @Override
    public Tensor predict(Tensor x, TracedWeights weights) {
        return predict(trace.inputs(x), weights).only();
    }

    @Override
    public Tensors predict(Tensors inputs, TracedWeights weights) {
        Preconditions.given("predict: weights", weights);
        var others = new HashMap<>(current);
        weights.values().forEach((weight, value) -> others.put(weight.path(), value));
        return trace.predict(inputs, others);
    }

    @Override
    public TracedWeights weights() {
        var all = new LinkedHashMap<Weight, Tensor>();
        for (Weight weight : trainable()) {
            all.put(weight, tensor(weight.path()));
        }
        return TracedWeights.of(all);
    }

    @Override
    public TracedModel part(String below) {
        String full = path.isEmpty() ? below : path + "/" + below;
        trace.requireMatch("part", WeightFilters.under(full));
        return new TracedPart(trace, full, current);
    }

    @Override
    public Tensor weight(String below) {
        return tensor(path.isEmpty() ? below : path + "/" + below);
    }

    private Tensor tensor(String full) {
        return current.containsKey(full) ? current.get(full) : trace.tensor(full);
    }

    @Override
    public TracedModel update(Gradients gradients, Optimizer optimizer) {
        Preconditions.given("update: gradients", gradients);
        Preconditions.given("update: optimizer", optimizer);
        var after = new HashMap<>(current);
        after.putAll(trace.updates().update(gradients, optimizer, current));
        return new TracedPart(trace, path, after);
    }

    @Override
    public Gradients gradients(List<LossSum> losses) {
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

    @Override
    public String toString() {
        return "a traced model" + (path.isEmpty() ? "" : ", the part " + path);
    }
}
