package propane.tensor;

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
public final class Tensor {
    private final Operation operation;
    private final int index;
    private final TensorType type;

    Tensor(Operation operation, int index, TensorType type) {
        this.operation = operation;
        this.index = index;
        this.type = type;
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
        return operation;
    }

    /** Returns the op that makes this tensor. */
    public Op op() {
        return operation.op();
    }

    /** Returns which of the operation's results this is. */
    public int index() {
        return index;
    }

    /** Returns element type and shape. */
    public TensorType type() {
        return type;
    }

    /** Returns the element type. */
    public DType dtype() {
        return type.dtype();
    }

    /** Returns the shape. */
    public Shape shape() {
        return type.shape();
    }

    /** Returns the length of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return type.shape().dim(Axes.of("dim", this, axis));
    }

    /** Returns the number of axes. */
    public int rank() {
        return type.shape().rank();
    }

    /** Returns the place in the user's code where this tensor was made. */
    public Source source() {
        return operation.source();
    }

    /** Returns by which op, or at which port, and where this tensor was made. */
    public String origin() {
        return op() instanceof Leaf.Input(Port port) ? "port " + port.name() : operation.toString();
    }

    /** Returns type and origin; the value of a symbolic tensor is not known. */
    @Override
    public String toString() {
        return type + " made by " + origin();
    }

    // ---- two operands

    /** Returns this + y. */
    public Tensor add(Tensor y) {
        return of(new ElementwiseBinary.Add(this, y));
    }

    /** Returns this + y. */
    public Tensor add(double y) {
        return add(like(y));
    }

    /** Returns this − y. */
    public Tensor sub(Tensor y) {
        return of(new ElementwiseBinary.Sub(this, y));
    }

    /** Returns this − y. */
    public Tensor sub(double y) {
        return sub(like(y));
    }

    /** Returns this · y, element by element. */
    public Tensor mul(Tensor y) {
        return of(new ElementwiseBinary.Mul(this, y));
    }

    /** Returns this · y. */
    public Tensor mul(double y) {
        return mul(like(y));
    }

    /** Returns this / y. */
    public Tensor div(Tensor y) {
        return of(new ElementwiseBinary.RealDiv(this, y));
    }

    /** Returns this / y. */
    public Tensor div(double y) {
        return div(like(y));
    }

    /** Returns the remainder of this / y, with the sign of y. */
    public Tensor mod(double y) {
        return of(new ElementwiseBinary.Mod(this, like(y)));
    }

    /** Returns ⌊this / y⌋. */
    public Tensor floorDiv(double y) {
        return of(new ElementwiseBinary.FloorDiv(this, like(y)));
    }

    /** Returns this to the power of y. */
    public Tensor pow(Tensor y) {
        return of(new ElementwiseBinary.Pow(this, y));
    }

    /** Returns this to the power of y. */
    public Tensor pow(double y) {
        return pow(like(y));
    }

    /** Returns the larger of this and y, element by element. */
    public Tensor maximum(Tensor y) {
        return of(new ElementwiseBinary.Maximum(this, y));
    }

    /** Returns the larger of this and y. */
    public Tensor maximum(double y) {
        return maximum(like(y));
    }

    /** Returns the smaller of this and y, element by element. */
    public Tensor minimum(Tensor y) {
        return of(new ElementwiseBinary.Minimum(this, y));
    }

    /** Returns the smaller of this and y. */
    public Tensor minimum(double y) {
        return minimum(like(y));
    }

    /** Returns whether this = y. */
    public Tensor equal(Tensor y) {
        return of(new ElementwiseBinary.Equal(this, y));
    }

    /** Returns whether this = y. */
    public Tensor equal(double y) {
        return equal(like(y));
    }

    /** Returns whether this ≠ y. */
    public Tensor notEqual(Tensor y) {
        return of(new ElementwiseBinary.NotEqual(this, y));
    }

    /** Returns whether this ≠ y. */
    public Tensor notEqual(double y) {
        return notEqual(like(y));
    }

    /** Returns whether this {@literal >} y. */
    public Tensor greater(Tensor y) {
        return of(new ElementwiseBinary.Greater(this, y));
    }

    /** Returns whether this {@literal >} y. */
    public Tensor greater(double y) {
        return greater(like(y));
    }

    /** Returns whether this ≥ y. */
    public Tensor greaterEqual(Tensor y) {
        return of(new ElementwiseBinary.GreaterEqual(this, y));
    }

    /** Returns whether this ≥ y. */
    public Tensor greaterEqual(double y) {
        return greaterEqual(like(y));
    }

    /** Returns whether this {@literal <} y. */
    public Tensor less(Tensor y) {
        return of(new ElementwiseBinary.Less(this, y));
    }

    /** Returns whether this {@literal <} y. */
    public Tensor less(double y) {
        return less(like(y));
    }

    /** Returns whether this ≤ y. */
    public Tensor lessEqual(Tensor y) {
        return of(new ElementwiseBinary.LessEqual(this, y));
    }

    /** Returns whether this ≤ y. */
    public Tensor lessEqual(double y) {
        return lessEqual(like(y));
    }

    /** Returns whether both are true. */
    public Tensor and(Tensor y) {
        return of(new ElementwiseBinary.LogicalAnd(this, y));
    }

    /** Returns whether one is true. */
    public Tensor or(Tensor y) {
        return of(new ElementwiseBinary.LogicalOr(this, y));
    }

    /** Returns whether this is not true. */
    public Tensor not() {
        return of(new ElementwiseUnary.LogicalNot(this));
    }

    // ---- one operand

    /** Returns −this. */
    public Tensor neg() {
        return CalledAs.of("neg", this, () -> mul(-1));
    }

    /** Returns e to the power of this. */
    public Tensor exp() {
        return of(new ElementwiseUnary.Exp(this));
    }

    /** Returns the natural logarithm. */
    public Tensor log() {
        return of(new ElementwiseUnary.Log(this, 0));
    }

    /** Returns the square root. */
    public Tensor sqrt() {
        return of(new ElementwiseUnary.Sqrt(this));
    }

    /** Returns one over the square root. */
    public Tensor rsqrt() {
        return of(new ElementwiseUnary.Rsqrt(this, 0));
    }

    /** Returns the square. */
    public Tensor square() {
        return of(new ElementwiseUnary.Square(this));
    }

    /** Returns the absolute value. */
    public Tensor abs() {
        return of(new ElementwiseUnary.Abs(this));
    }

    /** Returns the sine. */
    public Tensor sin() {
        return of(new Trigonometric.Sin(this));
    }

    /** Returns the cosine. */
    public Tensor cos() {
        return of(new Trigonometric.Cos(this));
    }

    /** Returns the error function. */
    public Tensor erf() {
        return of(new ElementwiseUnary.Erf(this));
    }

    /** Returns the largest whole number not above. */
    public Tensor floor() {
        return of(new Rounding.Floor(this));
    }

    /** Returns the smallest whole number not below. */
    public Tensor ceil() {
        return of(new Rounding.Ceil(this));
    }

    /** Returns the nearest whole number; of two as near, the even one. */
    public Tensor round() {
        return of(new Rounding.Round(this));
    }

    /** Returns the elements brought into a range. */
    public Tensor clip(double low, double high) {
        return of(new Rounding.Clip(this, (float) low, (float) high));
    }

    /** Returns −1, 0 or 1. */
    public Tensor sign() {
        return of(new ElementwiseUnary.Sign(this));
    }

    /** Returns the elements as another type; this tensor itself if it has that type. */
    public Tensor cast(DType dtype) {
        return dtype == dtype() ? this : of(new ElementwiseUnary.Cast(this, dtype));
    }

    /** Returns max(0, this). */
    public Tensor relu() {
        return of(new Activation.Relu(this));
    }

    /** Returns the hyperbolic tangent. */
    public Tensor tanh() {
        return of(new Activation.Tanh(this));
    }

    /** Returns 1 / (1 + e^−this). */
    public Tensor sigmoid() {
        return of(new Activation.Sigmoid(this));
    }

    /** Returns ln(1 + e^this). */
    public Tensor softplus() {
        return of(new Activation.Softplus(this));
    }

    /** Returns this · {@link #sigmoid}, also known as swish. */
    public Tensor silu() {
        return of(new Activation.Silu(this));
    }

    /** Returns this · Φ(this), the Gaussian error linear unit. */
    public Tensor gelu() {
        return of(new Activation.Gelu(this, Activation.GeluMode.EXACT));
    }

    /** Returns this where positive, alpha · this elsewhere. */
    public Tensor leakyRelu(double alpha) {
        return of(new ScaledActivation.LeakyRelu(this, (float) alpha));
    }

    /** Returns this where positive, alpha · (e^this − 1) elsewhere. */
    public Tensor elu(double alpha) {
        return of(new ScaledActivation.Elu(this, (float) alpha));
    }

    /** Returns min(max(0, this), 6). */
    public Tensor relu6() {
        return of(new Activation.Relu6(this));
    }

    /** Returns this · relu6(this + 3) / 6 (Howard et al.: MobileNetV3, 2019). */
    public Tensor hardSwish() {
        return of(new Activation.HardSwish(this));
    }

    /** Returns this · tanh(softplus(this)) (Misra, 2019). */
    public Tensor mish() {
        return of(new Activation.Mish(this));
    }

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

    /** Returns whether it is known now that all elements are 0. */
    boolean isKnownZero() {
        return switch (op()) {
            case Leaf.Const(NDArray value) ->
                    value.isFilled() && value.size() > 0
                            ? value.at(0) == 0
                            : Arrays.stream(value.doubles()).allMatch(element -> element == 0);
            case TensorOperation.Fill(_, NDArray value) -> value.at(0) == 0;
            default -> false;
        };
    }

    private Tensor like(double value) {
        return full(type.with(Shape.shape()), value);
    }

    private static List<Integer> boxed(int[] values) {
        return IntStream.of(values).boxed().toList();
    }
}
