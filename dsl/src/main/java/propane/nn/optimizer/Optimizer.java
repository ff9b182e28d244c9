package propane.nn.optimizer;

import propane.nn.Initializer;
import propane.nn.Model;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.rule.Names;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.Map;

/**
 * Turns gradients into updates, in the same tensor operations that layers use. It is traced once
 * for each weight.
 */
public interface Optimizer {
    /** Returns the learning rate; its value reaches the program as a port at each step. */
    Schedule learningRate();

    /**
     * Returns what is taken away from a weight in this step, the learning rate included.
     *
     * @param slots what is kept of this weight between steps
     * @param gradient the gradient of the loss with respect to the weight
     * @param weight the weight
     */
    Tensor update(Slots slots, Tensor gradient, Tensor weight);

    /** Returns what an optimizer of this kind is called in the paths of its slots. */
    default String kind() {
        return Names.kind(getClass(), "optimizer");
    }

    /**
     * Returns what is set of this optimizer beside its learning rate, by name, as checkpoints keep
     * it and compare it: the numbers, choices and selections that its record is made of. Of an
     * optimizer that is no record nothing is known.
     */
    default Map<String, String> settings() {
        return RecordedSettings.of(learningRate(), this);
    }

    /**
     * Returns the optimizer that updates a weight: this one, or of {@link Optimizers#paramGroups}
     * the first that includes it.
     *
     * @throws UnknownNameException if no group includes it
     */
    default Optimizer of(Weight weight) {
        Preconditions.given("of: weight", weight);
        return this;
    }

    /**
     * Requires that each of {@link Optimizers#paramGroups} updates a weight of a model.
     *
     * @throws UnknownNameException if a group includes no weight of the model, or groups before it
     *     include all of its weights
     */
    default void requireUse(Model model) {
        Preconditions.given("requireUse: model", model);
    }

    /** Returns this optimizer for some weights, to be used in {@link Optimizers#paramGroups}. */
    default Optimizer paramGroup(WeightFilter which) {
        Preconditions.given("paramGroup: weights", which);
        return new OptimizerGroup(this, which);
    }

    /** What an optimizer keeps of one weight, and the numbers of the step. */
    interface Slots {
        /** Returns the weight that is being updated. */
        Weight weight();

        /**
         * Returns whether a selection includes the weight. A selection that includes no weight of
         * the model is an error.
         */
        default boolean selects(WeightFilter which) {
            return which.includes(weight());
        }

        /** Returns the current value of a slot of the weight's shape, zeros at the start. */
        Tensor slot(String name);

        /** Returns the current value of a slot of any shape. */
        Tensor slot(String name, Shape shape, Initializer initializer);

        /**
         * Sets the next value of a slot.
         *
         * @param slot what {@link #slot} returned
         */
        void set(Tensor slot, Tensor value);

        /** Sets the next value of a slot and returns it. */
        default Tensor moved(Tensor slot, Tensor value) {
            set(slot, value);
            return value;
        }

        /** Returns the learning rate, float32 [1]. */
        Tensor learningRate();

        /**
         * Returns the value that a setting of this optimizer has in this step: the number of a
         * constant schedule, else what a port holds that follows the schedule as the learning rate
         * follows its own; float32, [] or [1].
         *
         * @param name what the setting is called
         * @param below what all values are below; they are 0 or more and finite
         */
        Tensor scheduled(String name, Schedule schedule, double below);

        /** Returns the value of a setting that may be any number from 0 on. */
        default Tensor scheduled(String name, Schedule schedule) {
            return scheduled(name, schedule, Double.POSITIVE_INFINITY);
        }

        /** Returns the number of updates including this one, float32 [1]; 1 at the first. */
        Tensor step();
    }
}
