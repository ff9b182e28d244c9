package propane.golden;

import propane.spi.op.Activation;
import propane.spi.op.ElementwiseUnary;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** The elementwise ops of the golden cases. */
final class ElementwiseReaders {
    private ElementwiseReaders() {}

    static Map<String, GoldenReader> all() {
        var all = new TreeMap<String, GoldenReader>();
        unary(all, "relu", Tensor::relu);
        unary(all, "relu6", Tensor::relu6);
        unary(all, "sigmoid", Tensor::sigmoid);
        unary(all, "tanh", Tensor::tanh);
        unary(all, "silu", Tensor::silu);
        unary(all, "mish", Tensor::mish);
        unary(all, "gelu", Tensor::gelu);
        unary(
                all,
                "gelu_tanh",
                x -> Tensor.of(new Activation.Gelu(x, Activation.GeluMode.TANH_APPROXIMATION)));
        unary(all, "hardswish", Tensor::hardSwish);
        unary(all, "softplus", Tensor::softplus);
        unary(all, "leaky_relu", x -> x.leakyRelu(0.1));
        unary(all, "elu", x -> x.elu(1));
        unary(all, "erf", Tensor::erf);
        unary(all, "exp", Tensor::exp);
        unary(all, "log", Tensor::log);
        unary(all, "sqrt", Tensor::sqrt);
        unary(all, "rsqrt", Tensor::rsqrt);
        unary(all, "reciprocal", x -> Tensor.of(new ElementwiseUnary.Inverse(x, 0)));
        unary(all, "sin", Tensor::sin);
        unary(all, "abs", Tensor::abs);
        unary(all, "square", Tensor::square);
        binary(all, "add", Tensor::add);
        binary(all, "sub", Tensor::sub);
        binary(all, "mul", Tensor::mul);
        binary(all, "div", Tensor::div);
        binary(all, "maximum", Tensor::maximum);
        binary(all, "minimum", Tensor::minimum);
        binary(all, "pow", Tensor::pow);
        binary(all, "where", (x, y) -> x.greater(0).where(x, y.mul(2)));
        all.put("clamp", in -> List.of(in.x().clip(in.number("min"), in.number("max"))));
        return all;
    }

    private static void unary(Map<String, GoldenReader> all, String op, UnaryOperator<Tensor> of) {
        all.put(op, in -> List.of(of.apply(in.x())));
    }

    private static void binary(
            Map<String, GoldenReader> all, String op, BinaryOperator<Tensor> of) {
        all.put(op, in -> List.of(of.apply(in.x(), in.y())));
    }
}
