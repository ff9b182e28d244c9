package demo;

import propane.spi.op.Gathering;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.op.ScatterMode;
import propane.spi.op.Scattering;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.function.Supplier;

/** A user's mistakes, outside Propane's own packages: one rule broken in each. */
public final class BrokenRules {
    private static final Tensor X = port("x", 2, 3);
    private static final Tensor Y = port("y", 4, 5);
    private static final Tensor WORDS =
            new Port("words", Role.BATCH, TensorType.int32(Shape.shape(2, 3))).tensor();
    private static final Tensor TRUTH =
            new Port("truth", Role.BATCH, new TensorType(DType.BOOL, Shape.shape(2, 3))).tensor();
    private static final Tensor EMPTY = port("empty", 2, 0);

    private BrokenRules() {}

    private static Tensor port(String name, int... dims) {
        return new Port(name, Role.BATCH, TensorType.float32(Shape.shape(dims))).tensor();
    }

    /**
     * A mistake.
     *
     * @param make makes it
     * @param rule what the message must say of the rule
     * @param fix what the message must propose
     */
    public record Mistake(Supplier<Tensor> make, String rule, String fix) {
        @Override
        public String toString() {
            return rule;
        }
    }

    /** Returns the mistakes of shapes. */
    public static List<Mistake> ofShapes() {
        return List.of(
                new Mistake(
                        () -> X.add(Y),
                        "add: shapes do not broadcast: [2, 3] and [4, 5]",
                        "make axis -1 equal (3 or 5) or 1"),
                new Mistake(
                        () -> X.broadcastTo(Shape.shape(2, 2, 4)),
                        "broadcast_to: shapes do not broadcast: [2, 3] and [2, 2, 4]",
                        "make axis -1 equal (3 or 4) or 1"),
                new Mistake(
                        () -> X.broadcastTo(Shape.shape(3)),
                        "broadcast_to: [2, 3] does not broadcast to [3]",
                        "give a shape that is as long or longer"),
                new Mistake(
                        () -> X.relu().matmul(Y),
                        "matmul: inner dimensions differ: 3 and 4",
                        "make the columns of x as many as the rows of y"),
                new Mistake(() -> X.sum(2), "sum: there is no axis 2 in [2, 3]", "from -2 to 1"),
                new Mistake(() -> X.var(7), "var: there is no axis 7 in [2, 3]", "from -2 to 1"),
                new Mistake(
                        () -> X.mean(-3, true),
                        "mean: there is no axis -3 in [2, 3]",
                        "from -2 to 1"),
                new Mistake(
                        () -> X.logSoftmax(7),
                        "logSoftmax: there is no axis 7 in [2, 3]",
                        "from -2 to 1"),
                new Mistake(
                        () -> X.softmax(7),
                        "softmax: there is no axis 7 in [2, 3]",
                        "from -2 to 1"),
                new Mistake(
                        () -> X.cumsum(7), "cumsum: there is no axis 7 in [2, 3]", "from -2 to 1"),
                new Mistake(
                        () -> X.argmax(2), "argmax: there is no axis 2 in [2, 3]", "from -2 to 1"),
                new Mistake(
                        () -> X.slice(7, 0, 1),
                        "slice: there is no axis 7 in [2, 3]",
                        "from -2 to 1"),
                new Mistake(
                        () -> X.reshape(X.dim(7)),
                        "dim: there is no axis 7 in [2, 3]",
                        "from -2 to 1"),
                new Mistake(
                        () -> X.sum().reshape(1).sum().logSoftmax(0),
                        "logSoftmax: there is no axis 0 in []",
                        "a single number has no axes"),
                new Mistake(
                        () -> X.reshape(-1, -1),
                        "reshape: [-1, -1] has two lengths of -1, of which one can be worked out",
                        "the product is 6; one may be -1"),
                new Mistake(
                        () -> X.reshape(-2, 3),
                        "reshape: [-2, 3] has the length -2",
                        "the product is 6; one may be -1"),
                new Mistake(
                        () -> X.reshape(4, -1),
                        "reshape: [4, -1] has no whole length in place of -1 for 6 elements",
                        "the product is 6; one may be -1"),
                new Mistake(
                        () -> X.mean(0, -2), "an axis stands twice in [0, -2]", "each axis once"),
                new Mistake(() -> EMPTY.max(1), "axes [1] of [2, 0] hold no elements", "not empty"),
                new Mistake(
                        () -> X.reshape(4, 2),
                        "cannot turn [2, 3] of 6 elements into [4, 2] of 8",
                        "the number of elements must stay the same"),
                new Mistake(
                        () -> X.transpose(1),
                        "the order [1] does not name each axis of [2, 3]",
                        "give 2 axes"),
                new Mistake(
                        () -> X.slice(1, 2, 5),
                        "slice_by_index: axis 1 of [2, 3] has no part from 2 to 5 by 1",
                        "stay within 0 and 3"),
                new Mistake(
                        () ->
                                Tensor.of(
                                        new TensorTransformation.SliceByIndex(
                                                X, List.of(0), List.of(1), List.of(1))),
                        "[0] does not name each axis of [2, 3]",
                        "give 2 elements each"),
                new Mistake(
                        () -> X.squeeze(0), "axis 0 of [2, 3] is not of length 1", "slice first"),
                new Mistake(() -> X.expandDims(3), "there is no axis 3 in [1, 1, 1]", "to 2"),
                new Mistake(() -> X.tile(2), "repetitions [2] do not fit [2, 3]", "for each axis"),
                new Mistake(
                        () -> X.pad(List.of(1, 1)), "pads [1, 1] do not fit [2, 3]", "two numbers"),
                new Mistake(
                        () -> X.pad(List.of(0, 0, 3, 0), TensorOperation.PadMode.REFLECT),
                        "pads [0, 0, 3, 0] reach beyond axis 1 of [2, 3] in mode reflect",
                        "no more than 2"),
                new Mistake(
                        () -> Tensor.concat(0, List.of(X, Y)),
                        "concat: shapes [2, 3] and [4, 5] differ outside axis 0",
                        "make all other axes equal"),
                new Mistake(
                        () -> Tensor.stack(0, List.of(X, Y)),
                        "stack: shapes differ: [2, 3] and [4, 5]",
                        "tensors of one shape"),
                new Mistake(
                        () -> X.split(1, 1, 1).getFirst(),
                        "parts of [1, 1] do not make up axis 1 of [2, 3]",
                        "sum to 3"),
                new Mistake(
                        () -> X.topK(4, 1).getFirst(),
                        "there are no 4 elements along axis 1 of [2, 3]",
                        "no more than 3"),
                new Mistake(
                        () -> Y.gatherAlongAxis(WORDS, 0),
                        "[4, 5] and indices [2, 3] differ outside axis 0",
                        "make all other axes equal"),
                new Mistake(
                        () -> Tensor.of(new Gathering.Gather(Y, WORDS, 1, 1, false)),
                        "do not have 1 first axes in common before axis 1",
                        "choose batchDims"),
                new Mistake(
                        () ->
                                Tensor.of(
                                        new Scattering.ScatterNd(
                                                Y, WORDS, X, ScatterMode.ADD, false)),
                        "scatter_nd: indices [2, 3] do not fit [4, 5]",
                        "give [i…, k]"),
                new Mistake(
                        () ->
                                Tensor.of(
                                        new Scattering.Scatter(
                                                Y,
                                                Tensor.constant(NDArray.of(new int[] {1, 2})),
                                                X,
                                                0,
                                                ScatterMode.ADD,
                                                false)),
                        "updates must be [2, 5], got [2, 3]",
                        "what a gather with these indices returns"));
    }

    /** Returns the mistakes of element types. */
    public static List<Mistake> ofTypes() {
        return List.of(
                new Mistake(
                        () -> X.add(WORDS),
                        "add: element types differ: fp32 and int32",
                        "convert one of them with cast(…)"),
                new Mistake(
                        () -> WORDS.exp(),
                        "exp: needs floating-point elements, got int32[2, 3]",
                        "convert with cast(DType.FLOAT32)"),
                new Mistake(() -> TRUTH.add(TRUTH), "does not take truth values", "cast(…)"),
                new Mistake(() -> TRUTH.neg(), "neg: does not take truth values", "cast(…)"),
                new Mistake(
                        () -> WORDS.var(0),
                        "var: the mean of int32 would be cut to a whole number",
                        "cast(DType.FLOAT32) first"),
                new Mistake(() -> TRUTH.sum(), "does not take truth values", "cast(…)"),
                new Mistake(() -> X.not(), "takes truth values only", "compare first"),
                new Mistake(() -> X.where(X, X), "the condition must be truth values", "compare"),
                new Mistake(
                        () -> X.gather(X),
                        "gather: indices must be int32, got fp32[2, 3]",
                        "cast(DType.INT32)"),
                new Mistake(() -> X.oneHot(3), "indices must be int32", "cast(DType.INT32)"));
    }
}
