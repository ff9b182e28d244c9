package propane.data;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.util.List;

/** An input or target as a data set has it. */
sealed interface View {
    /** Returns the type of one value. */
    TensorType type();

    /**
     * A column of the source.
     *
     * @param index which one
     * @param type the type of one value once it is changed
     * @param changes what is done to the values of a batch after they were read; nothing where all
     *     lie in memory and are changed already
     */
    record OfSource(int index, TensorType type, List<Change> changes) implements View {
        /** Returns whether the source gives float32. */
        boolean isOfFloats() {
            return type.dtype() == DType.FLOAT32
                    && changes.stream().noneMatch(Change.Fractions.class::isInstance);
        }
    }

    /**
     * Standard normal values, each a function of seed, epoch, row and place.
     *
     * @param seed the seed
     * @param example the shape of one value
     */
    record Noise(long seed, Shape example) implements View {
        @Override
        public TensorType type() {
            return TensorType.float32(example);
        }
    }
}
