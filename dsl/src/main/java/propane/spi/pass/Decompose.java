package propane.spi.pass;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.CustomOp;
import propane.spi.op.Decomposable;
import propane.spi.op.DecomposedForMil;
import propane.spi.op.Op;
import propane.spi.op.OpRule;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.TensorOperation;
import propane.tensor.Source;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Replaces ops by their decomposition into simpler ones, until none of those is left.
 *
 * @param wanted which of the composite ops to replace
 * @param decomposition gives the decomposition
 */
public record Decompose(Predicate<Op> wanted, Function<Decomposable, List<Tensor>> decomposition)
        implements Pass {
    /** Replaces some ops by the decomposition that they have of their own. */
    public Decompose(Predicate<Op> wanted) {
        this(wanted, Decomposable::decompose);
    }

    /** Replaces the ops of others, so that the passes after it see what they know. */
    public static Decompose customOps() {
        return new Decompose(op -> op instanceof CustomOp);
    }

    /** Replaces the ops that MIL lacks, but for broadcasts. */
    public Decompose() {
        this(Decompose::isWantedOfMil);
    }

    /**
     * Returns whether an op is one that MIL lacks. A broadcast is decomposed last, as most are left
     * to the next op till then.
     */
    public static boolean isWantedOfMil(Op op) {
        return op instanceof DecomposedForMil && !(op instanceof TensorOperation.BroadcastTo);
    }

    @Override
    public String name() {
        return "decomposition";
    }

    /** Returns its name; which ops it wants is code. */
    @Override
    public String toString() {
        return name();
    }

    @Override
    public Program.Function apply(Program.Function function) {
        Program.Function changed = function;
        while (changed.operations().stream().anyMatch(operation -> isWanted(operation.op()))) {
            changed = changed.rewrite(this::expanded);
        }
        return changed;
    }

    private boolean isWanted(Op op) {
        return op instanceof Decomposable && wanted.test(op);
    }

    private List<Tensor> expanded(Operation operation) {
        return isWanted(operation.op()) && operation.op() instanceof Decomposable op
                ? withSource(checked(decomposition.apply(op), operation), operation)
                : operation.results();
    }

    /** An op of others may say one thing of its results and decompose into another. */
    private static List<Tensor> checked(List<Tensor> results, Operation operation) {
        List<TensorType> types = results.stream().map(Tensor::type).toList();
        if (operation.op() instanceof CustomOp op && !types.equals(op.inferAll())) {
            throw OpRule.shape(
                    op,
                    "is decomposed into " + types + ", its results are " + op.inferAll(),
                    "let decompose() and infer() agree");
        }
        return results;
    }

    /** Gives the operations between an expanded one's operands and results its source. */
    private static List<Tensor> withSource(List<Tensor> results, Operation expanded) {
        Map<Tensor, Tensor> places = new IdentityHashMap<>();
        expanded.operands().forEach(operand -> places.put(operand, operand));
        Set<Operation> outside = Collections.newSetFromMap(new IdentityHashMap<>());
        expanded.operands().forEach(operand -> outside.add(operand.operation()));
        for (Operation operation : Graph.operations(results, each -> !outside.contains(each))) {
            Operation moved = moved(operation, places, expanded.source());
            for (int i = 0; i < moved.results().size(); i++) {
                places.put(operation.result(i), moved.result(i));
            }
        }
        return results.stream().map(places::get).toList();
    }

    private static Operation moved(Operation operation, Map<Tensor, Tensor> places, Source source) {
        var operands = new ArrayList<Tensor>();
        for (Tensor operand : operation.operands()) {
            operands.add(places.get(operand));
        }
        Op op = OpSchema.of(operation.op()).withOperands(operation.op(), operands);
        return Operation.of(op, source);
    }
}
