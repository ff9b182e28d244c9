package propane.coreml.lowering;

import propane.pass.Pass;
import propane.tensor.DType;
import propane.tensor.ElementwiseUnary;
import propane.tensor.Leaf;
import propane.tensor.NDArray;
import propane.tensor.Op;
import propane.tensor.Operation;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Tensor;
import propane.tensor.TensorOperation;

import java.util.List;

/**
 * Makes every fraction a float16: ports, constants, and with them all that is computed. One float32
 * is enough to keep an operation off the Neural Engine.
 */
record Float16() implements Pass {
    /** The smallest positive float16: what should not be 0 must not become 0. */
    private static final double SMALLEST = 0x1p-24;

    @Override
    public String name() {
        return "float16";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(Float16::half, Float16::typed);
    }

    private static List<Tensor> typed(Operation operation) {
        Op op = operation.op();
        return switch (op) {
            case Leaf.Input(Port port) -> List.of(half(port).tensor());
            case Leaf.Const(NDArray value) when value.dtype() == DType.FLOAT32 ->
                    List.of(Tensor.constant(rounded(value)));
            case TensorOperation.Fill(var shape, NDArray value)
                    when value.dtype() == DType.FLOAT32 ->
                    List.of(Tensor.of(new TensorOperation.Fill(shape, rounded(value))));
            case ElementwiseUnary.Cast(var x, var to) when to == DType.FLOAT32 ->
                    List.of(x.dtype() == DType.FLOAT16 ? x : x.cast(DType.FLOAT16));
            default -> operation.results();
        };
    }

    private static Port half(Port port) {
        return port.type().dtype() == DType.FLOAT32
                ? new Port(port.name(), port.role(), port.type().with(DType.FLOAT16))
                : port;
    }

    private static NDArray rounded(NDArray value) {
        double[] elements = value.doubles();
        for (int i = 0; i < elements.length; i++) {
            if (elements[i] != 0 && Math.abs(elements[i]) < SMALLEST) {
                elements[i] = Math.copySign(SMALLEST, elements[i]);
            }
        }
        return NDArray.of(elements, value.type().with(DType.FLOAT16));
    }
}
