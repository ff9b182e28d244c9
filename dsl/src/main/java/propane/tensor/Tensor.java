package propane.tensor;

import propane.spi.op.Activation;
import propane.spi.op.Axes;
import propane.spi.op.AxisTransformation;
import propane.spi.op.CumulativeOperation;
import propane.spi.op.EinsumEquation;
import propane.spi.op.Gathering;
import propane.spi.op.IndexReduction;
import propane.spi.op.Leaf;
import propane.spi.op.Linear;
import propane.spi.op.NormReduction;
import propane.spi.op.Op;
import propane.spi.op.OpRule;
import propane.spi.op.Operation;
import propane.spi.op.PartOperation;
import propane.spi.op.Port;
import propane.spi.op.ProductReduction;
import propane.spi.op.Reduction;
import propane.spi.op.ReshapedLengths;
import propane.spi.op.SortOperation;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A symbolic tensor: one result of an operation in the graph that is being built. Its type is
 * known, its value is not; {@link NDArray} is the concrete kind. Every method makes a new tensor
 * and leaves this one as it is; a type rule that is broken is reported at once, in the user's line.
 *
 * <p>Names are MIL's where they read well. Operands of one method must have one element type;
 * numbers take the type of the tensor they meet.
 */
public final class Tensor extends ElementwiseTensor {
    private final Operation.Result result;

    /** Creates the tensor of a result; operations do. */
    public Tensor(Operation.Result result) {
        this.result = result;
    }

    /** Returns the only result of a new operation. */
    public static Tensor of(Op op) {
        return Operation.of(op).result(0);
    }

    /** Returns a tensor of a value that is known now. */
    public static Tensor constant(NDArray value) {
        return of(new Leaf.Const(value));
    }

    /** Returns a float32 tensor without axes. */
    public static Tensor constant(double value) {
        return constant(NDArray.scalar(value));
    }

    /** Returns one value everywhere, rounded to the element type. */
    public static Tensor full(TensorType type, double value) {
        var one = NDArray.full(type.with(Shape.shape()), value);
        return type.shape().rank() == 0
                ? constant(one)
                : of(new TensorOperation.Fill(type.shape().dims(), one));
    }

    /** Returns zeros. */
    public static Tensor zeros(TensorType type) {
        return full(type, 0);
    }

    /** Returns ones. */
    public static Tensor ones(TensorType type) {
        return full(type, 1);
    }

    /**
     * Returns one value everywhere, in the shape and type of a tensor, whose own values do not
     * matter: not even where they are infinite or not a number.
     */
    public static Tensor fullLike(Tensor x, double value) {
        return full(x.type(), value);
    }

    /** Returns zeros in the shape and type of a tensor, whose own values do not matter. */
    public static Tensor zerosLike(Tensor x) {
        return full(x.type(), 0);
    }

    /** Returns ones in the shape and type of a tensor, whose own values do not matter. */
    public static Tensor onesLike(Tensor x) {
        return full(x.type(), 1);
    }

    /** Returns the int32 numbers from 0 up to but not including another. */
    public static Tensor arange(int count) {
        return constant(NDArray.of(IntStream.range(0, count).toArray()));
    }

    /** Returns the operation that makes this tensor. */
    public Operation operation() {
        return result.operation();
    }

    /** Returns the op that makes this tensor. */
    public Op op() {
        return operation().op();
    }

    /** Returns which of the operation's results this is. */
    public int index() {
        return result.index();
    }

    /** Returns element type and shape. */
    public TensorType type() {
        return result.type();
    }

    /** Returns the element type. */
    public DType dtype() {
        return type().dtype();
    }

    /** Returns the shape. */
    public Shape shape() {
        return type().shape();
    }

    /** Returns the length of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return type().shape().dim(Axes.of("dim", this, axis));
    }

    /** Returns the number of axes. */
    public int rank() {
        return type().shape().rank();
    }

    /** Returns the place in the user's code where this tensor was made. */
    public Source source() {
        return operation().source();
    }

    /** Returns by which op, or at which port, and where this tensor was made. */
    public String origin() {
        return op() instanceof Leaf.Input(Port port)
                ? "port " + port.name()
                : operation().toString();
    }

    /** Returns type and origin; the value of a symbolic tensor is not known. */
    @Override
    public String toString() {
        return type() + " made by " + origin();
    }

    // ---- two operands

    /** Returns exponentials divided by their sum along an axis. */
    public Tensor softmax(int axis) {
        return of(new Activation.Softmax(this, axis));
    }

    /** Returns the logarithm of {@link #softmax}, computed without overflow. */
    public Tensor logSoftmax(int axis) {
        return of(new Activation.LogSoftmax(this, Axes.of("logSoftmax", this, axis)));
    }

    /** Returns this tensor as something no gradient flows through. */
    public Tensor stopGradient() {
        return of(new TensorOperation.StopGradient(this));
    }

    // ---- products and reductions

    /** Returns the matrix product over the last two axes. */
    public Tensor matmul(Tensor y) {
        return of(new Linear.Matmul(this, y, false, false));
    }

    /**
     * Returns Einstein's sum of tensors, {@code einsum("bij,bjk->bik", x, y)}: products summed over
     * all axes that the result does not name. More than two tensors are multiplied from left to
     * right.
     *
     * @param equation a letter for each axis of each tensor, and those of the result
     * @throws ShapeException if the letters do not fit the tensors
     */
    public static Tensor einsum(String equation, Tensor... values) {
        return EinsumEquation.chained(equation, List.of(values));
    }

    /** Returns the sum over axes; without axes, over all. */
    public Tensor sum(int... axes) {
        return sum(axes, false);
    }

    /** Returns the sum over an axis, which may stay with length 1. */
    public Tensor sum(int axis, boolean keepDims) {
        return sum(new int[] {axis}, keepDims);
    }

    /** Returns the sum over axes, which may stay with length 1; of no axes, over all. */
    public Tensor sum(int[] axes, boolean keepDims) {
        return of(new Reduction.ReduceSum(this, Axes.orAll("sum", this, axes), keepDims));
    }

    /** Returns the mean over axes; without axes, over all. */
    public Tensor mean(int... axes) {
        return mean(axes, false);
    }

    /** Returns the mean over an axis, which may stay with length 1. */
    public Tensor mean(int axis, boolean keepDims) {
        return mean(new int[] {axis}, keepDims);
    }

    /** Returns the mean over axes, which may stay with length 1; of no axes, over all. */
    public Tensor mean(int[] axes, boolean keepDims) {
        return of(meanOf(axes, keepDims));
    }

    private Reduction.ReduceMean meanOf(int[] axes, boolean keepDims) {
        var mean = new Reduction.ReduceMean(this, Axes.orAll("mean", this, axes), keepDims);
        if (!dtype().isFloat()) {
            throw OpRule.dtype(
                    mean,
                    "the mean of " + dtype().mil() + " would be cut to a whole number",
                    "cast(DType.FLOAT32) first");
        }
        return mean;
    }

    /** Returns the largest element over axes; without axes, over all. */
    public Tensor max(int... axes) {
        return max(axes, false);
    }

    /** Returns the largest element over an axis, which may stay with length 1. */
    public Tensor max(int axis, boolean keepDims) {
        return max(new int[] {axis}, keepDims);
    }

    /**
     * Returns the largest element over axes, which may stay with length 1; of no axes, over all.
     */
    public Tensor max(int[] axes, boolean keepDims) {
        return of(new Reduction.ReduceMax(this, Axes.orAll("max", this, axes), keepDims));
    }

    /** Returns the smallest element over axes; without axes, over all. */
    public Tensor min(int... axes) {
        return of(new Reduction.ReduceMin(this, Axes.orAll("min", this, axes), false));
    }

    /** Returns the product over axes; without axes, over all. */
    public Tensor prod(int... axes) {
        return of(new ProductReduction.ReduceProd(this, Axes.orAll("prod", this, axes), false));
    }

    /** Returns the mean squared distance from the mean over axes; without axes, over all. */
    public Tensor var(int... axes) {
        var all = Axes.orAll("var", this, axes).stream().mapToInt(Integer::intValue).toArray();
        return CalledAs.of("var", this, () -> sub(mean(all, true)).square().mean(all));
    }

    /** Returns the logarithm of the sum of exponentials over axes; without axes, over all. */
    public Tensor logSumExp(int... axes) {
        return of(
                new NormReduction.ReduceLogSumExp(
                        this, Axes.orAll("logSumExp", this, axes), false));
    }

    /** Returns the root of the sum of squares over axes; without axes, over all. */
    public Tensor norm(int... axes) {
        return of(new NormReduction.ReduceL2Norm(this, Axes.orAll("norm", this, axes), false));
    }

    /** Returns the int32 index of the largest element along an axis. */
    public Tensor argmax(int axis) {
        return of(new IndexReduction.ReduceArgmax(this, Axes.of("argmax", this, axis), false));
    }

    /** Returns the int32 index of the smallest element along an axis. */
    public Tensor argmin(int axis) {
        return of(new IndexReduction.ReduceArgmin(this, Axes.of("argmin", this, axis), false));
    }

    /** Returns the sums of all elements so far along an axis. */
    public Tensor cumsum(int axis) {
        int at = shape().axis(Axes.of("cumsum", this, axis));
        return of(new CumulativeOperation.Cumsum(this, at, false, false));
    }

    /** Returns the largest elements along an axis and their int32 indices, largest first. */
    public List<Tensor> topK(int count, int axis) {
        return Operation.of(new SortOperation.Topk(this, count, axis, false, true, true)).results();
    }

    // ---- shapes

    /** Returns the same elements under another shape; one length may be −1 and is worked out. */
    public Tensor reshape(int... dims) {
        Shape target = ReshapedLengths.of(this, dims);
        return target.equals(shape())
                ? this
                : of(new TensorTransformation.Reshape(this, target.dims()));
    }

    /** Returns the axes in another order. */
    public Tensor transpose(int... perm) {
        return of(new TensorTransformation.Transpose(this, boxed(perm)));
    }

    /** Returns the part of one axis from an index up to but not including another. */
    public Tensor slice(int axis, int from, int to) {
        return slice(axis, from, to, 1);
    }

    /** Returns every step-th element of the part of one axis between two indices. */
    public Tensor slice(int axis, int from, int to, int step) {
        int at = shape().axis(Axes.of("slice", this, axis));
        int[] begin = new int[rank()];
        int[] end = shape().toArray();
        int[] stride = new int[rank()];
        Arrays.fill(stride, 1);
        begin[at] = from;
        end[at] = to;
        stride[at] = step;
        return of(
                new TensorTransformation.SliceByIndex(
                        this, boxed(begin), boxed(end), boxed(stride)));
    }

    /** Returns the part from {@code begin} up to but not including {@code end} on every axis. */
    public Tensor slice(int[] begin, int[] end) {
        var ones = Collections.nCopies(begin.length, 1);
        return of(new TensorTransformation.SliceByIndex(this, boxed(begin), boxed(end), ones));
    }

    /** Returns tensors one after the other along an axis. */
    public static Tensor concat(int axis, List<Tensor> values) {
        return of(new TensorOperation.Concat(List.copyOf(values), axis, false));
    }

    /** Returns tensors of one shape side by side along a new axis. */
    public static Tensor stack(int axis, List<Tensor> values) {
        return of(new PartOperation.Stack(List.copyOf(values), axis));
    }

    /** Returns parts of some lengths along an axis. */
    public List<Tensor> split(int axis, int... sizes) {
        return Operation.of(new PartOperation.Split(this, boxed(sizes), axis)).results();
    }

    /** Returns this tensor repeated, for each axis how often. */
    public Tensor tile(int... reps) {
        return of(new PartOperation.Tile(this, boxed(reps)));
    }

    /** Returns this tensor with some axes reversed. */
    public Tensor reverse(int... axes) {
        return of(new AxisTransformation.Reverse(this, boxed(axes)));
    }

    /** Returns this tensor with new axes of length 1 at places in the result. */
    public Tensor expandDims(int... axes) {
        return of(new AxisTransformation.ExpandDims(this, boxed(axes)));
    }

    /** Returns this tensor without some axes of length 1. */
    public Tensor squeeze(int... axes) {
        return of(new AxisTransformation.Squeeze(this, boxed(axes)));
    }

    /** Returns the rows of this tensor that indices name: an embedding of tokens, for example. */
    public Tensor gather(Tensor indices) {
        return gather(indices, 0);
    }

    /** Returns the slices along an axis that indices name. */
    public Tensor gather(Tensor indices, int axis) {
        return of(new Gathering.Gather(this, indices, axis, 0, false));
    }

    /** Returns the elements along an axis that indices, of this shape but for the axis, name. */
    public Tensor gatherAlongAxis(Tensor indices, int axis) {
        return of(new Gathering.GatherAlongAxis(this, indices, axis, false));
    }

    /** Returns this tensor with zeros around it: for each axis how many before and after. */
    public Tensor pad(List<Integer> pads) {
        return of(
                new TensorOperation.Pad(
                        this, List.copyOf(pads), TensorOperation.PadMode.CONSTANT, 0));
    }

    /**
     * Returns this tensor stretched to a shape it broadcasts to: aligned at the last axis, missing
     * axes and those of length 1 repeat.
     *
     * @throws ShapeException if another axis has another length
     */
    public Tensor broadcastTo(Shape target) {
        return target.equals(shape())
                ? this
                : of(new TensorOperation.BroadcastTo(this, target.dims()));
    }

    /** Returns this tensor with new elements around it that repeat or mirror its own. */
    public Tensor pad(List<Integer> pads, TensorOperation.PadMode mode) {
        return of(new TensorOperation.Pad(this, List.copyOf(pads), mode, 0));
    }

    /** Returns one-hot float32 vectors along a new last axis. */
    public Tensor oneHot(int classes) {
        return of(new TensorOperation.OneHot(this, classes, -1, 1, 0));
    }

    /** Returns elements of {@code yes} where this holds, of {@code no} elsewhere. */
    public Tensor where(Tensor yes, Tensor no) {
        return of(new TensorOperation.Select(this, yes, no));
    }

    private static List<Integer> boxed(int[] values) {
        return IntStream.of(values).boxed().toList();
    }
}
