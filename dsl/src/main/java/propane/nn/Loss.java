package propane.nn;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** How far a prediction is from its target: one number, to be made small. */
@FunctionalInterface
public interface Loss {
    /**
     * Returns the mean loss of a batch: a tensor of one element.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what it should be
     */
    Tensor of(Tensor prediction, Tensor target);

    /** Returns the type that targets have for predictions of a type; by default the same. */
    default TensorType target(TensorType prediction) {
        return prediction;
    }

    /** Returns labels that need not be classes since they do not count; by default none. */
    default List<Integer> ignored() {
        return List.of();
    }

    /**
     * Returns this loss multiplied, so that of several outputs' losses one counts more or less:
     * {@code .loss("size", huber(1).times(0.3))}.
     *
     * @param factor the factor, 0 or more
     */
    default Loss times(double factor) {
        return new ScaledLoss.Whole(this, factor);
    }

    /** A loss that knows the loss of each example, so that examples can have weights. */
    @FunctionalInterface
    interface ByExample extends Loss {
        /** Returns the loss of each example, [batch]. */
        Tensor each(Tensor prediction, Tensor target);

        @Override
        default ByExample times(double factor) {
            return new ScaledLoss.Each(this, factor);
        }

        @Override
        default Tensor of(Tensor prediction, Tensor target) {
            return each(prediction, target).mean();
        }
    }
}
