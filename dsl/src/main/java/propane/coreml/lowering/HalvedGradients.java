package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;

/**
 * Lets the second half of a step read gradients as the lowered first half leaves them: in float16,
 * with zeros after their rows.
 *
 * @param layouts the layouts of the gradients, by the name of their port
 */
public record HalvedGradients(Map<String, PortLayout> layouts) implements Pass {
    @Override
    public String name() {
        return "gradients in float16";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(this::halved, this::read);
    }

    private Port halved(Port port) {
        return layouts.containsKey(port.name()) ? layouts.get(port.name()).lowered() : port;
    }

    private List<Tensor> read(Operation operation) {
        if (!(operation.op() instanceof Leaf.Input(Port port))
                || !layouts.containsKey(port.name())) {
            return operation.results();
        }
        PortLayout layout = layouts.get(port.name());
        Tensor half = layout.lowered().tensor();
        int[] begin = new int[half.rank()];
        Tensor cut = layout.isPadded() ? half.slice(begin, port.type().shape().toArray()) : half;
        return List.of(cut.cast(DType.FLOAT32));
    }
}
