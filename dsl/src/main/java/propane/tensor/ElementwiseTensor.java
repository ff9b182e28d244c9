package propane.tensor;

import propane.spi.op.Activation;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Rounding;
import propane.spi.op.ScaledActivation;
import propane.spi.op.Trigonometric;

/** What a tensor does element by element, with numbers or with a tensor of a shape that fits. */
abstract sealed class ElementwiseTensor permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor like(double value) {
        return Tensor.full(self().type().with(Shape.shape()), value);
    }

    /** Returns this + y. */
    public Tensor add(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Add(self(), y));
    }

    /** Returns this + y. */
    public Tensor add(double y) {
        return add(like(y));
    }

    /** Returns this − y. */
    public Tensor sub(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Sub(self(), y));
    }

    /** Returns this − y. */
    public Tensor sub(double y) {
        return sub(like(y));
    }

    /** Returns this · y, element by element. */
    public Tensor mul(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Mul(self(), y));
    }

    /** Returns this · y. */
    public Tensor mul(double y) {
        return mul(like(y));
    }

    /** Returns this / y. */
    public Tensor div(Tensor y) {
        return Tensor.of(new ElementwiseBinary.RealDiv(self(), y));
    }

    /** Returns this / y. */
    public Tensor div(double y) {
        return div(like(y));
    }

    /** Returns the remainder of this / y, with the sign of y. */
    public Tensor mod(double y) {
        return Tensor.of(new ElementwiseBinary.Mod(self(), like(y)));
    }

    /** Returns ⌊this / y⌋. */
    public Tensor floorDiv(double y) {
        return Tensor.of(new ElementwiseBinary.FloorDiv(self(), like(y)));
    }

    /** Returns this to the power of y. */
    public Tensor pow(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Pow(self(), y));
    }

    /** Returns this to the power of y. */
    public Tensor pow(double y) {
        return pow(like(y));
    }

    /** Returns the larger of this and y, element by element. */
    public Tensor maximum(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Maximum(self(), y));
    }

    /** Returns the larger of this and y. */
    public Tensor maximum(double y) {
        return maximum(like(y));
    }

    /** Returns the smaller of this and y, element by element. */
    public Tensor minimum(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Minimum(self(), y));
    }

    /** Returns the smaller of this and y. */
    public Tensor minimum(double y) {
        return minimum(like(y));
    }

    /** Returns whether this = y. */
    public Tensor equal(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Equal(self(), y));
    }

    /** Returns whether this = y. */
    public Tensor equal(double y) {
        return equal(like(y));
    }

    /** Returns whether this ≠ y. */
    public Tensor notEqual(Tensor y) {
        return Tensor.of(new ElementwiseBinary.NotEqual(self(), y));
    }

    /** Returns whether this ≠ y. */
    public Tensor notEqual(double y) {
        return notEqual(like(y));
    }

    /** Returns whether this {@literal >} y. */
    public Tensor greater(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Greater(self(), y));
    }

    /** Returns whether this {@literal >} y. */
    public Tensor greater(double y) {
        return greater(like(y));
    }

    /** Returns whether this ≥ y. */
    public Tensor greaterEqual(Tensor y) {
        return Tensor.of(new ElementwiseBinary.GreaterEqual(self(), y));
    }

    /** Returns whether this ≥ y. */
    public Tensor greaterEqual(double y) {
        return greaterEqual(like(y));
    }

    /** Returns whether this {@literal <} y. */
    public Tensor less(Tensor y) {
        return Tensor.of(new ElementwiseBinary.Less(self(), y));
    }

    /** Returns whether this {@literal <} y. */
    public Tensor less(double y) {
        return less(like(y));
    }

    /** Returns whether this ≤ y. */
    public Tensor lessEqual(Tensor y) {
        return Tensor.of(new ElementwiseBinary.LessEqual(self(), y));
    }

    /** Returns whether this ≤ y. */
    public Tensor lessEqual(double y) {
        return lessEqual(like(y));
    }

    /** Returns whether both are true. */
    public Tensor and(Tensor y) {
        return Tensor.of(new ElementwiseBinary.LogicalAnd(self(), y));
    }

    /** Returns whether one is true. */
    public Tensor or(Tensor y) {
        return Tensor.of(new ElementwiseBinary.LogicalOr(self(), y));
    }

    /** Returns whether this is not true. */
    public Tensor not() {
        return Tensor.of(new ElementwiseUnary.LogicalNot(self()));
    }

    // ---- one operand

    /** Returns −this. */
    public Tensor neg() {
        return CalledAs.of("neg", self(), () -> mul(-1));
    }

    /** Returns e to the power of this. */
    public Tensor exp() {
        return Tensor.of(new ElementwiseUnary.Exp(self()));
    }

    /** Returns the natural logarithm. */
    public Tensor log() {
        return Tensor.of(new ElementwiseUnary.Log(self(), 0));
    }

    /** Returns the square root. */
    public Tensor sqrt() {
        return Tensor.of(new ElementwiseUnary.Sqrt(self()));
    }

    /** Returns one over the square root. */
    public Tensor rsqrt() {
        return Tensor.of(new ElementwiseUnary.Rsqrt(self(), 0));
    }

    /** Returns the square. */
    public Tensor square() {
        return Tensor.of(new ElementwiseUnary.Square(self()));
    }

    /** Returns the absolute value. */
    public Tensor abs() {
        return Tensor.of(new ElementwiseUnary.Abs(self()));
    }

    /** Returns the sine. */
    public Tensor sin() {
        return Tensor.of(new Trigonometric.Sin(self()));
    }

    /** Returns the cosine. */
    public Tensor cos() {
        return Tensor.of(new Trigonometric.Cos(self()));
    }

    /** Returns the error function. */
    public Tensor erf() {
        return Tensor.of(new ElementwiseUnary.Erf(self()));
    }

    /** Returns the largest whole number not above. */
    public Tensor floor() {
        return Tensor.of(new Rounding.Floor(self()));
    }

    /** Returns the smallest whole number not below. */
    public Tensor ceil() {
        return Tensor.of(new Rounding.Ceil(self()));
    }

    /** Returns the nearest whole number; of two as near, the even one. */
    public Tensor round() {
        return Tensor.of(new Rounding.Round(self()));
    }

    /** Returns the elements brought into a range. */
    public Tensor clip(double low, double high) {
        return Tensor.of(new Rounding.Clip(self(), (float) low, (float) high));
    }

    /** Returns −1, 0 or 1. */
    public Tensor sign() {
        return Tensor.of(new ElementwiseUnary.Sign(self()));
    }

    /** Returns the elements as another type; this tensor itself if it has that type. */
    public Tensor cast(DType dtype) {
        return dtype == self().dtype()
                ? self()
                : Tensor.of(new ElementwiseUnary.Cast(self(), dtype));
    }

    /** Returns max(0, self()). */
    public Tensor relu() {
        return Tensor.of(new Activation.Relu(self()));
    }

    /** Returns the hyperbolic tangent. */
    public Tensor tanh() {
        return Tensor.of(new Activation.Tanh(self()));
    }

    /** Returns 1 / (1 + e^−self()). */
    public Tensor sigmoid() {
        return Tensor.of(new Activation.Sigmoid(self()));
    }

    /** Returns ln(1 + e^self()). */
    public Tensor softplus() {
        return Tensor.of(new Activation.Softplus(self()));
    }

    /** Returns this · {@link #sigmoid}, also known as swish. */
    public Tensor silu() {
        return Tensor.of(new Activation.Silu(self()));
    }

    /** Returns this · Φ(self()), the Gaussian error linear unit. */
    public Tensor gelu() {
        return Tensor.of(new Activation.Gelu(self(), Activation.GeluMode.EXACT));
    }

    /** Returns this where positive, alpha · this elsewhere. */
    public Tensor leakyRelu(double alpha) {
        return Tensor.of(new ScaledActivation.LeakyRelu(self(), (float) alpha));
    }

    /** Returns this where positive, alpha · (e^this − 1) elsewhere. */
    public Tensor elu(double alpha) {
        return Tensor.of(new ScaledActivation.Elu(self(), (float) alpha));
    }

    /** Returns min(max(0, self()), 6). */
    public Tensor relu6() {
        return Tensor.of(new Activation.Relu6(self()));
    }

    /** Returns this · relu6(this + 3) / 6 (Howard et al.: MobileNetV3, 2019). */
    public Tensor hardSwish() {
        return Tensor.of(new Activation.HardSwish(self()));
    }

    /** Returns this · tanh(softplus(self())) (Misra, 2019). */
    public Tensor mish() {
        return Tensor.of(new Activation.Mish(self()));
    }
}
