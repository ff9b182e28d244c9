package propane.train;

import propane.coreml.lowering.NeuralEngineLowering;
import propane.tensor.Graph;
import propane.tensor.Leaf;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Program;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The gradients of a step in the form that the Neural Engine takes, for a package that also has the
 * rest of the training in float32. A port {@code half/P} holds what port {@code P} holds, in
 * float16 and with zeros behind its rows.
 */
final class HalfGradients {
    /** What the path of a port of float16 begins with. */
    static final String PREFIX = "half/";

    private HalfGradients() {}

    /**
     * Returns the function.
     *
     * @param gradients the function in float32
     * @param frozen the values of weights that stand still, which become constants
     */
    static Program.Function of(Program.Function gradients, Map<String, NDArray> frozen) {
        Program.Function lowered = NeuralEngineLowering.float16(gradients, frozen).function();
        Graph.Rewrite renamed =
                operation ->
                        operation.op() instanceof Leaf.Input(Port port)
                                ? List.of(half(port).tensor())
                                : operation.results();
        Program.Function half = lowered.rewrite(HalfGradients::half, renamed);
        var outputs = new ArrayList<Program.Output>();
        for (Program.Output output : half.outputs()) {
            String of = output.of().isEmpty() ? "" : PREFIX + output.of();
            outputs.add(new Program.Output(output.port(), output.value(), of));
        }
        return new Program.Function(half.name(), half.inputs(), outputs);
    }

    private static Port half(Port port) {
        return new Port(PREFIX + port.name(), port.role(), port.type());
    }
}
