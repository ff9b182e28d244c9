package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Numbers of which there is one a channel, next to tensors [n, c, …]. */
public final class PerChannel {
    private PerChannel() {}

    /**
     * Returns numbers [c], or [n, c], in a shape that broadcasts over a tensor.
     *
     * @param numbers for each channel one, of all examples or of each
     * @param shape [n, c, …] the tensor's
     */
    public static Tensor spread(Tensor numbers, Shape shape) {
        int[] dims = new int[shape.rank()];
        Arrays.fill(dims, 1);
        dims[0] = numbers.rank() == 2 ? numbers.dim(0) : 1;
        dims[1] = numbers.dim(-1);
        return numbers.reshape(dims);
    }

    /** Returns the channel of an element. */
    static int of(int element, Shape shape) {
        return element / shape.strides()[1] % shape.dim(1);
    }

    /** Returns all axes but that of the channels. */
    static List<Integer> otherAxes(Shape shape) {
        return IntStream.range(0, shape.rank()).filter(axis -> axis != 1).boxed().toList();
    }
}
