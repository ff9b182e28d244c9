package propane.engine.cpu.loop;

import propane.engine.cpu.loop.Code.Binary;
import propane.engine.cpu.loop.Code.Logic;
import propane.engine.cpu.loop.Code.Test;
import propane.engine.cpu.loop.Code.Unary;
import propane.engine.cpu.plan.FusionCost;
import propane.spi.op.Activation;
import propane.spi.op.Activation.GeluMode;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Rounding;
import propane.spi.op.ScaledActivation;
import propane.spi.op.TensorOperation;
import propane.tensor.DType;

import java.util.List;
import java.util.Optional;

/** The elementwise ops as loop bodies: the one place where such an op gets its kernel. */
public final class Elementwise {
    /** Of so many elements operations are joined even if vectors cannot do them. */
    private static final int SMALL = 16;

    private Elementwise() {}

    /** Returns what it costs to compute an operation in one loop with others. */
    public static FusionCost fusionCost(Operation operation) {
        if (operation.operands().isEmpty()) {
            return FusionCost.ALONE;
        }
        var text = new TextCode();
        var operands = operation.operands().stream().map(x -> text.operand(x.dtype())).toList();
        text.result(write(operation.op(), operands, text));
        boolean small = operation.result(0).shape().size() <= SMALL;
        return !text.isNothing() && (small || !text.isOnlyScalar())
                ? new FusionCost(Math.max(1, text.weight()), !text.isOnlyScalar())
                : FusionCost.ALONE;
    }

    /**
     * Writes an op over its operands' values; nothing if it is not written here. An op of float16
     * computes in float32, whatever it is made of, and rounds its result.
     */
    static Value write(Op op, List<Value> operands, Code c) {
        if (operands.contains(Value.NOTHING)) {
            return Value.NOTHING;
        }
        Value result = wide(op, operands.stream().map(Elementwise::widened).toList(), c);
        boolean rounds =
                result != Value.NOTHING
                        && result.dtype() == DType.FLOAT32
                        && !(op instanceof ElementwiseUnary.Cast)
                        && operands.stream().anyMatch(x -> x.dtype() == DType.FLOAT16);
        return rounds ? c.cast(result, DType.FLOAT16) : result;
    }

    /** In a loop a float16 is a rounded float32. */
    private static Value widened(Value x) {
        return x.dtype() == DType.FLOAT16 ? new Value(x.local(), DType.FLOAT32) : x;
    }

    private static Value wide(Op op, List<Value> operands, Code c) {
        Value x = operands.getFirst();
        Optional<Function> function = Function.of(op);
        if (function.isPresent()) {
            return c.call(function.get(), x);
        }
        return switch (op) {
            case ElementwiseBinary binary -> binary(binary, x, operands.get(1), c);
            case ElementwiseUnary unary -> unary(unary, x, c);
            case Activation activation -> activation(activation, x, c);
            case TensorOperation.Select _ -> c.select(x, operands.get(1), operands.get(2));
            // The loop repeats what it reads.
            case TensorOperation.BroadcastTo _ -> x;
            default -> Value.NOTHING;
        };
    }

    private static Value activation(Activation op, Value x, Code c) {
        return switch (op) {
            // Both branches keep NaN.
            case Activation.Relu _ ->
                    c.select(c.test(Test.LT, x, number(0, x, c)), number(0, x, c), x);
            case Activation.Relu6 _ -> c.min(c.max(x, number(0, x, c)), number(6, x, c));
            case Activation.Silu _ -> c.mul(x, c.call(Function.SIGMOID, x));
            case Activation.HardSwish _ -> {
                Value gate = c.min(c.max(plus(3, x, c), number(0, x, c)), number(6, x, c));
                yield times(1.0 / 6, c.mul(x, gate), c);
            }
            case Activation.Softsign _ -> c.div(x, plus(1, c.unary(Unary.ABS, x), c));
            case Activation.Gelu(_, GeluMode mode) -> gelu(mode, x, c);
            case ScaledActivation scaled -> scaled(scaled, x, c);
            default -> Value.NOTHING;
        };
    }

    /** In each selection the branch for false keeps NaN, if the op does. */
    private static Value scaled(ScaledActivation op, Value x, Code c) {
        Value zero = number(0, x, c);
        return switch (op) {
            case ScaledActivation.LeakyRelu(_, float alpha) ->
                    c.select(c.test(Test.GE, x, zero), x, times(alpha, x, c));
            case ScaledActivation.ThresholdedRelu(_, float alpha) ->
                    c.select(c.test(Test.GE, x, number(alpha, x, c)), x, zero);
            case ScaledActivation.Elu(_, float alpha) -> {
                Value below = times(alpha, plus(-1, c.call(Function.EXP, x), c), c);
                yield c.select(c.test(Test.GT, x, zero), x, below);
            }
            case ScaledActivation.ClampedRelu(_, float alpha, float beta) -> {
                Value leaky = c.select(c.test(Test.GE, x, zero), x, times(alpha, x, c));
                yield c.min(leaky, number(beta, x, c));
            }
            case ScaledActivation.LinearActivation(_, float alpha, float beta) ->
                    plus(beta, times(alpha, x, c), c);
            case ScaledActivation.ScaledTanh(_, float alpha, float beta) ->
                    times(alpha, c.call(Function.TANH, times(beta, x, c)), c);
            case ScaledActivation.SigmoidHard(_, float alpha, float beta) -> {
                Value line = plus(beta, times(alpha, x, c), c);
                yield c.min(c.max(line, zero), number(1, x, c));
            }
            default -> Value.NOTHING;
        };
    }

    private static Value times(double factor, Value x, Code c) {
        return c.mul(x, number((float) factor, x, c));
    }

    private static Value gelu(GeluMode mode, Value x, Code c) {
        return switch (mode) {
            case EXACT -> {
                Value share = plus(1, c.call(Function.ERF, times(Math.sqrt(0.5), x, c)), c);
                yield c.mul(times(0.5, x, c), share);
            }
            case TANH_APPROXIMATION -> {
                Value bend = plus(1, times(0.044715, c.mul(x, x), c), c);
                Value inner = c.mul(times(Math.sqrt(2 / Math.PI), x, c), bend);
                Value share = plus(1, c.call(Function.TANH, inner), c);
                yield c.mul(times(0.5, x, c), share);
            }
            case SIGMOID_APPROXIMATION -> c.mul(x, c.call(Function.SIGMOID, times(1.702, x, c)));
        };
    }

    private static Value binary(ElementwiseBinary op, Value x, Value y, Code c) {
        boolean exact = x.dtype() != DType.INT32;
        return switch (op) {
            case ElementwiseBinary.Add _ -> c.add(x, y);
            case ElementwiseBinary.Sub _ -> c.sub(x, y);
            case ElementwiseBinary.Mul _ -> c.mul(x, y);
            case ElementwiseBinary.RealDiv _ when exact -> c.div(x, y);
            case ElementwiseBinary.Minimum _ -> c.min(x, y);
            case ElementwiseBinary.Maximum _ -> c.max(x, y);
            case ElementwiseBinary.Pow _ when exact -> c.binary(Binary.POW, x, y);
            case ElementwiseBinary.FloorDiv _ when exact -> c.binary(Binary.FLOOR_DIV, x, y);
            case ElementwiseBinary.Mod _ when exact -> c.binary(Binary.MOD, x, y);
            case ElementwiseBinary.Equal _ -> c.test(Test.EQ, x, y);
            case ElementwiseBinary.NotEqual _ -> c.test(Test.NE, x, y);
            case ElementwiseBinary.Less _ -> c.test(Test.LT, x, y);
            case ElementwiseBinary.LessEqual _ -> c.test(Test.LE, x, y);
            case ElementwiseBinary.Greater _ -> c.test(Test.GT, x, y);
            case ElementwiseBinary.GreaterEqual _ -> c.test(Test.GE, x, y);
            case ElementwiseBinary.LogicalAnd _ -> c.logic(Logic.AND, x, y);
            case ElementwiseBinary.LogicalOr _ -> c.logic(Logic.OR, x, y);
            case ElementwiseBinary.LogicalXor _ -> c.logic(Logic.XOR, x, y);
            default -> Value.NOTHING;
        };
    }

    private static Value unary(ElementwiseUnary op, Value x, Code c) {
        return switch (op) {
            case ElementwiseUnary.Log(_, float epsilon) ->
                    c.call(Function.LOG, plus(epsilon, x, c));
            case ElementwiseUnary.Sqrt _ -> c.unary(Unary.SQRT, x);
            case ElementwiseUnary.Rsqrt(_, float epsilon) ->
                    c.div(number(1, x, c), c.unary(Unary.SQRT, plus(epsilon, x, c)));
            case ElementwiseUnary.Inverse(_, float epsilon) ->
                    c.div(number(1, x, c), plus(epsilon, x, c));
            case ElementwiseUnary.Abs _ -> c.unary(Unary.ABS, x);
            // NaN and both zeros are their own signs.
            case ElementwiseUnary.Sign _ -> {
                Value zero = number(0, x, c);
                Value notAbove = c.select(c.test(Test.LT, x, zero), number(-1, x, c), x);
                yield c.select(c.test(Test.GT, x, zero), number(1, x, c), notAbove);
            }
            case ElementwiseUnary.Square _ -> c.mul(x, x);
            case ElementwiseUnary.Cast(_, DType dtype) -> c.cast(x, dtype);
            case ElementwiseUnary.LogicalNot _ -> c.not(x);
            case Rounding.Clip(_, float alpha, float beta) ->
                    c.min(c.max(x, number(alpha, x, c)), number(beta, x, c));
            case Rounding.Threshold(_, float alpha) -> c.max(x, number(alpha, x, c));
            default -> Value.NOTHING;
        };
    }

    private static Value plus(float epsilon, Value x, Code c) {
        return epsilon == 0 ? x : c.add(x, number(epsilon, x, c));
    }

    private static Value number(float value, Value like, Code c) {
        return c.constant(value, like.dtype());
    }
}
