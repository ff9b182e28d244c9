package propane.coreml.lowering;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.TensorOperation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes every fraction a float16: ports, constants, and with them all that is computed. One float32
 * is enough to keep an operation off the Neural Engine. Ports that are to keep their type are
 * converted as they enter and leave.
 *
 * @param narrowed which ports become float16, too
 */
record Float16(Predicate<Port> narrowed) implements Pass {
    /** The smallest positive float16: what should not be 0 must not become 0. */
    private static final double SMALLEST = 0x1p-24;

    @Override
    public String name() {
        return "float16";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        var inputs = function.inputs().stream().map(this::half).toList();
        var values = Graph.rewrite(function.values(), this::typed);
        var outputs = new ArrayList<Program.Output>();
        for (int i = 0; i < values.size(); i++) {
            Program.Output output = function.outputs().get(i);
            Port port = half(output.port());
            Tensor value = values.get(i);
            Tensor given = value.type().equals(port.type()) ? value : value.cast(DType.FLOAT32);
            outputs.add(new Program.Output(port, given, output.of()));
        }
        return new Program.Function(function.name(), inputs, outputs);
    }

    private List<Tensor> typed(Operation operation) {
        Op op = operation.op();
        return switch (op) {
            case Leaf.Input(Port port) -> List.of(entering(half(port).tensor()));
            case Leaf.Const(NDArray value) when value.dtype() == DType.FLOAT32 ->
                    List.of(Tensor.constant(rounded(value)));
            case TensorOperation.Fill(var shape, NDArray value)
                    when value.dtype() == DType.FLOAT32 ->
                    List.of(Tensor.of(new TensorOperation.Fill(shape, rounded(value))));
            case TensorOperation.FillLike(var like, NDArray value)
                    when value.dtype() == DType.FLOAT32 ->
                    List.of(Tensor.of(new TensorOperation.FillLike(like, rounded(value))));
            case ElementwiseUnary.Cast(var x, var to) when to == DType.FLOAT32 ->
                    List.of(x.dtype() == DType.FLOAT16 ? x : x.cast(DType.FLOAT16));
            default -> operation.results();
        };
    }

    private static Tensor entering(Tensor port) {
        return port.dtype() == DType.FLOAT32 ? port.cast(DType.FLOAT16) : port;
    }

    private Port half(Port port) {
        return port.type().dtype() == DType.FLOAT32 && narrowed.test(port)
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
