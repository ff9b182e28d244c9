package propane.nn;

import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Each example in another shape.
 *
 * @param dims the shape; one length may be −1 and is worked out
 */
record Reshaped(List<Integer> dims) implements Layer {
    @Override
    public String kind() {
        return "reshape";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        var all = IntStream.concat(IntStream.of(x.dim(0)), dims.stream().mapToInt(d -> d));
        return x.reshape(all.toArray());
    }
}
