package propane.coreml.lowering;

import propane.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Leaf;
import propane.tensor.NDArray;
import propane.tensor.Operation;
import propane.tensor.Program;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Puts ±10,000 in place of constants beyond what float16 holds, infinities among them: in masks
 * both do the same, and the engine knows no infinity.
 */
record ModestConstants() implements Pass {
    /** The engine's products become infinite from here on. */
    private static final double LARGEST = 32_752;

    private static final double MODEST = 10_000;

    @Override
    public String name() {
        return "modest constants";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(ModestConstants::modest);
    }

    private static List<Tensor> modest(Operation operation) {
        if (!(operation.op() instanceof Leaf.Const(NDArray value))
                || value.dtype() != DType.FLOAT32) {
            return operation.results();
        }
        double[] elements = value.doubles();
        boolean changed = false;
        for (int i = 0; i < elements.length; i++) {
            if (Math.abs(elements[i]) >= LARGEST) {
                elements[i] = Math.copySign(MODEST, elements[i]);
                changed = true;
            }
        }
        return changed
                ? List.of(Tensor.constant(NDArray.of(elements, value.type())))
                : operation.results();
    }
}
