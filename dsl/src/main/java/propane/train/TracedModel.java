package propane.train;

import propane.nn.LossSum;
import propane.nn.Optimizer;
import propane.nn.OptimizerGroup;
import propane.nn.OptimizerGroups;
import propane.nn.Parameters;
import propane.nn.Tensors;
import propane.nn.Weight;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.List;

/** A model, or a part of one, inside a traced step. */
public final class TracedModel {
    private final StepTrace trace;
    private final String path;

    TracedModel(StepTrace trace, String path) {
        this.trace = trace;
        this.path = path;
    }

    /** Returns the only output for the only input. */
    public Tensor predict(Tensor x) {
        return predict(trace.inputs(x)).only();
    }

    /** Returns the outputs by name for inputs by name. */
    public Tensors predict(Tensors inputs) {
        return trace.predict(inputs);
    }

    /**
     * Returns the part of this model below a path, whose weights can be updated on their own.
     *
     * @throws UnknownNameException if nothing is there
     */
    public TracedModel part(String below) {
        String full = path.isEmpty() ? below : path + "/" + below;
        trace.requireMatch("part", Parameters.under(full));
        return new TracedModel(trace, full);
    }

    /** Returns the tensor of a weight of this model. */
    public Tensor weight(String below) {
        return trace.tensor(path.isEmpty() ? below : path + "/" + below);
    }

    /**
     * Updates the weights that gradients were taken of and that the loss depends on; others keep
     * what they are, weight decay included. All updates of a step begin from the weights as they
     * were before it.
     *
     * @throws UnknownNameException if no group includes one of the weights, or a group includes no
     *     weight of the whole model
     */
    public void update(Gradients gradients, Optimizer optimizer) {
        if (optimizer instanceof OptimizerGroups groups) {
            for (Optimizer each : groups.groups()) {
                if (each instanceof OptimizerGroup group) {
                    trace.requireMatch("groups", group.which());
                }
            }
            groups.requireUse(trace.parameters());
        }
        trace.update(
                gradients,
                weight ->
                        optimizer instanceof OptimizerGroups groups
                                ? groups.of(weight)
                                : optimizer);
    }

    Gradients gradientsOf(Tensor loss) {
        return gradientsOf(List.of(LossSum.ofMean(loss)));
    }

    /** Returns the gradients of the sum of some losses' means. */
    Gradients gradientsOf(List<LossSum> losses) {
        var part = path.isEmpty() ? Parameters.all() : Parameters.under(path);
        List<Weight> weights = trace.trainable().stream().filter(part::includes).toList();
        if (weights.isEmpty()) {
            throw new UnknownNameException(
                    "gradients: there is no trainable weight"
                            + (path.isEmpty() ? "" : " under " + path)
                            + "\n    to mend it: unfreeze a part of the model");
        }
        return trace.gradients(losses, weights);
    }
}
