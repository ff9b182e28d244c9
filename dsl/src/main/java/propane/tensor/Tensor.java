package propane.tensor;

import java.util.ArrayList;
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
        return type.shape().dim(axis);
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

    /** Returns whether this {@literal >} y. */
    public Tensor greater(Tensor y) {
        return of(new ElementwiseBinary.Greater(this, y));
    }

    /** Returns whether this {@literal >} y. */
    public Tensor greater(double y) {
        return greater(like(y));
    }

    /** Returns whether this {@literal <} y. */
    public Tensor less(Tensor y) {
        return of(new ElementwiseBinary.Less(this, y));
    }

    /** Returns whether this {@literal <} y. */
    public Tensor less(double y) {
        return less(like(y));
    }

    // ---- one operand

    /** Returns −this. */
    public Tensor neg() {
        return mul(-1);
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

    /** Returns exponentials divided by their sum along an axis. */
    public Tensor softmax(int axis) {
        return of(new Activation.Softmax(this, axis));
    }

    /** Returns the logarithm of {@link #softmax}, computed without overflow. */
    public Tensor logSoftmax(int axis) {
        Tensor shifted = sub(maxKeeping(axis).stopGradient());
        return shifted.sub(shifted.exp().sumKeeping(axis).log());
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

    /** Returns the sum over axes; without axes, over all. */
    public Tensor sum(int... axes) {
        return of(new Reduction.ReduceSum(this, axesOrAll(axes), false));
    }

    /** Returns the sum over axes that stay with length 1. */
    public Tensor sumKeeping(int... axes) {
        return of(new Reduction.ReduceSum(this, axesOrAll(axes), true));
    }

    /** Returns the mean over axes; without axes, over all. */
    public Tensor mean(int... axes) {
        return of(new Reduction.ReduceMean(this, axesOrAll(axes), false));
    }

    /** Returns the mean over axes that stay with length 1. */
    public Tensor meanKeeping(int... axes) {
        return of(new Reduction.ReduceMean(this, axesOrAll(axes), true));
    }

    /** Returns the largest element over axes; without axes, over all. */
    public Tensor max(int... axes) {
        return of(new Reduction.ReduceMax(this, axesOrAll(axes), false));
    }

    /** Returns the largest element over axes that stay with length 1. */
    public Tensor maxKeeping(int... axes) {
        return of(new Reduction.ReduceMax(this, axesOrAll(axes), true));
    }

    /** Returns the smallest element over axes; without axes, over all. */
    public Tensor min(int... axes) {
        return of(new Reduction.ReduceMin(this, axesOrAll(axes), false));
    }

    // ---- shapes

    /** Returns the same elements under another shape; one length may be −1 and is worked out. */
    public Tensor reshape(int... dims) {
        int[] known = dims.clone();
        for (int i = 0; i < known.length; i++) {
            if (known[i] == -1) {
                int others = 1;
                for (int k = 0; k < known.length; k++) {
                    others *= k == i ? 1 : known[k];
                }
                known[i] = others == 0 ? 0 : shape().size() / others;
                break;
            }
        }
        Shape target = Shape.shape(known);
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
        int[] begin = new int[rank()];
        int[] end = shape().toArray();
        begin[shape().axis(axis)] = from;
        end[shape().axis(axis)] = to;
        return slice(begin, end);
    }

    /** Returns the part from {@code begin} up to but not including {@code end} on every axis. */
    public Tensor slice(int[] begin, int[] end) {
        var ones = Collections.nCopies(begin.length, 1);
        return of(new TensorTransformation.SliceByIndex(this, boxed(begin), boxed(end), ones));
    }

    /** Returns tensors behind each other along an axis. */
    public static Tensor concat(int axis, List<Tensor> values) {
        return of(new TensorOperation.Concat(List.copyOf(values), axis, false));
    }

    /** Returns this tensor with zeros around it: for each axis how many before and behind. */
    public Tensor pad(List<Integer> pads) {
        return of(
                new TensorOperation.Pad(
                        this, List.copyOf(pads), TensorOperation.PadMode.CONSTANT, 0));
    }

    /** Returns this tensor stretched to a shape it broadcasts to. */
    public Tensor broadcastTo(Shape target) {
        return target.equals(shape())
                ? this
                : mul(constant(NDArray.filled(new TensorType(dtype(), target), 1)));
    }

    /** Returns one-hot float32 vectors along a new last axis. */
    public Tensor oneHot(int classes) {
        return of(new TensorOperation.OneHot(this, classes, -1, 1, 0));
    }

    /** Returns elements of {@code yes} where this holds, of {@code no} elsewhere. */
    public Tensor where(Tensor yes, Tensor no) {
        return of(new TensorOperation.Select(this, yes, no));
    }

    private Tensor like(double value) {
        return constant(NDArray.filled(new TensorType(dtype(), Shape.shape()), value));
    }

    private List<Integer> axesOrAll(int[] axes) {
        return axes.length == 0
                ? IntStream.range(0, rank()).boxed().toList()
                : new ArrayList<>(boxed(axes)).stream().toList();
    }

    private static List<Integer> boxed(int[] values) {
        return IntStream.of(values).boxed().toList();
    }
}
