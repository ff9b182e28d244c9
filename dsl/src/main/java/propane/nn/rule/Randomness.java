package propane.nn.rule;

import propane.spi.op.Port;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** The counters of a training, and the seed that random numbers are drawn by beside them. */
public final class Randomness {
    /** The seed of a training, int32 [2]: low and high word. */
    public static final Port SEED =
            new Port("seed", Role.HYPER, new TensorType(DType.INT32, Shape.shape(2)));

    /** The number of batches seen before this one, int32 [1]. */
    public static final Port STEP =
            new Port("step", Role.HYPER, new TensorType(DType.INT32, Shape.shape(1)));

    /**
     * The number of updates made before, int32 [1]: what schedules and optimizers count. Batches
     * that only add up gradients, and updates that are skipped since gradients left float16, are
     * none.
     */
    public static final Port UPDATES =
            new Port("updates", Role.HYPER, new TensorType(DType.INT32, Shape.shape(1)));

    private Randomness() {}

    /**
     * Returns standard normal numbers, other ones at each step.
     *
     * @param stream the name of the stream they are drawn from
     */
    public static Tensor normal(String stream, Shape shape) {
        return Tensor.of(
                new RandomNumbers.CounterNormal(SEED.tensor(), STEP.tensor(), stream, shape));
    }
}
