package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.pass.Pass;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;

/**
 * Puts the values of weights that stand still in place of their ports: only ops whose weights are
 * constants run at the engine's full speed.
 *
 * @param values the values by the name of their port
 */
record FrozenConstants(Map<String, NDArray> values) implements Pass {
    @Override
    public String name() {
        return "frozen weights as constants";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        Program.Function changed = function.rewrite(this::constant);
        var left =
                function.inputs().stream()
                        .filter(port -> !values.containsKey(port.name()))
                        .toList();
        return new Program.Function(function.name(), left, changed.outputs());
    }

    private List<Tensor> constant(Operation operation) {
        return operation.op() instanceof Leaf.Input(Port port) && values.containsKey(port.name())
                ? List.of(Tensor.constant(values.get(port.name())))
                : operation.results();
    }
}
