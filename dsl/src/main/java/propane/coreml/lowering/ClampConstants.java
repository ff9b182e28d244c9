package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.TensorOperation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Puts modest constants in place of those beyond what float16 holds, infinities among them, which
 * the engine does not know: ±30,000 where one is selected, as for what attention does not see, and
 * ±10,000 elsewhere, as for a mask that is added, of which several may meet.
 */
record ClampConstants() implements Pass {
    /** The engine's products become infinite from here on. */
    private static final double LARGEST = 32_752;

    private static final double MODEST = 10_000;
    private static final double SELECTED = 30_000;

    @Override
    public String name() {
        return "modest constants";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ClampConstants::selected).rewrite(ClampConstants::modest);
    }

    private static List<Tensor> selected(Operation operation) {
        if (!(operation.op() instanceof TensorOperation.Select(var cond, var a, var b))) {
            return operation.results();
        }
        Tensor yes = modest(a, SELECTED);
        Tensor no = modest(b, SELECTED);
        return yes == a && no == b
                ? operation.results()
                : Operation.of(new TensorOperation.Select(cond, yes, no), operation.source())
                        .results();
    }

    private static List<Tensor> modest(Operation operation) {
        return operation.op() instanceof Leaf.Const
                ? List.of(modest(operation.result(0), MODEST))
                : operation.results();
    }

    private static Tensor modest(Tensor tensor, double instead) {
        if (!(tensor.op() instanceof Leaf.Const(NDArray value)) || value.dtype() != DType.FLOAT32) {
            return tensor;
        }
        double[] elements = value.doubles();
        boolean changed = false;
        for (int i = 0; i < elements.length; i++) {
            if (Math.abs(elements[i]) >= LARGEST) {
                elements[i] = Math.copySign(instead, elements[i]);
                changed = true;
            }
        }
        return changed ? Tensor.constant(NDArray.of(elements, value.type())) : tensor;
    }
}
