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

    /** A loss that knows the loss of each example, so that examples can have weights. */
    @FunctionalInterface
    interface ByExample extends Loss {
        /** Returns the loss of each example, [batch]. */
        Tensor each(Tensor prediction, Tensor target);

        @Override
        default Tensor of(Tensor prediction, Tensor target) {
            return each(prediction, target).mean();
        }
    }
}
