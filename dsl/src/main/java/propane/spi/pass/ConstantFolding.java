package propane.spi.pass;

import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.TensorOperation;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Computes now what depends on constants only, unless the value would be large, or only smaller
 * ones repeated. Every value is rounded to its type, as an engine would.
 *
 * @param largest the most elements a folded value may have
 */
public record ConstantFolding(int largest) implements Pass {
    /** Folds values of up to 4,096 elements. */
    public ConstantFolding() {
        this(4096);
    }

    @Override
    public String name() {
        return "constant folding";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(this::folded);
    }

    private List<Tensor> folded(Operation operation) {
        boolean isKnown =
                !(operation.op() instanceof Leaf)
                        && !repeats(operation)
                        && operation.operands().stream().allMatch(x -> x.op() instanceof Leaf.Const)
                        && operation.results().stream().allMatch(y -> y.shape().size() <= largest);
        if (!isKnown) {
            return operation.results();
        }
        var constants = new ArrayList<Tensor>();
        for (NDArray value : Interpreter.run(operation.results(), Map.of())) {
            var constant = Operation.of(new Leaf.Const(value), operation.source());
            constants.add(constant.result(0));
        }
        return constants;
    }

    /** Whether several numbers are repeated: the next operation does that better by itself. */
    private static boolean repeats(Operation operation) {
        return operation.op() instanceof TensorOperation.BroadcastTo(Tensor x, _)
                && x.shape().size() > 1;
    }
}
