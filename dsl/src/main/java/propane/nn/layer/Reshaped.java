package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Each example in another shape.
 *
 * @param dims the shape; one length may be −1 and is worked out
 */
record Reshaped(List<Integer> dims) implements Layer {
    Reshaped {
        if (dims.stream().filter(length -> length < 0).count() > 1
                || dims.stream().anyMatch(length -> length < -1)) {
            throw new ShapeException(
                    Problem.ofRule("reshape: lengths must be 0 or more, one may be -1, got " + dims)
                            .operand("dims", dims)
                            .fix("leave one length at most to be worked out"));
        }
    }

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
