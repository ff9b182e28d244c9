package propane.train.step;

import propane.nn.Tensors;
import propane.nn.loss.LossSum;
import propane.nn.optimizer.Optimizer;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.List;

/**
 * A model, or a part of one, inside a traced step. It predicts with the weights as they are before
 * the step; the model that {@link #update} returns with those after the update.
 */
public interface TracedModel {
    /** Returns the only output for the only input. */
    Tensor predict(Tensor x);

    /** Returns the outputs by name for inputs by name. */
    Tensors predict(Tensors inputs);

    /**
     * Returns the only output for the only input, predicted with other weights.
     *
     * @param weights what stands in place of weights
     */
    Tensor predict(Tensor x, TracedWeights weights);

    /**
     * Returns the outputs by name for inputs by name, predicted with other weights.
     *
     * @param weights what stands in place of weights
     */
    Tensors predict(Tensors inputs, TracedWeights weights);

    /** Returns the trainable weights of this model, as it predicts with them. */
    TracedWeights weights();

    /**
     * Returns the part of this model below a path, whose weights can be updated on their own.
     *
     * @throws UnknownNameException if nothing is there
     */
    TracedModel part(String below);

    /**
     * Returns the tensor of a weight of this model.
     *
     * @throws UnknownNameException if there is none
     */
    Tensor weight(String below);

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
    TracedModel update(Gradients gradients, Optimizer optimizer);

    /**
     * Returns the gradients of the sum of some losses' means with respect to this model's trainable
     * weights, as {@link Gradients#gradients(List, TracedModel)} does.
     *
     * @param losses the sum and the weight of what counts of each
     */
    Gradients gradients(List<LossSum> losses);
}
