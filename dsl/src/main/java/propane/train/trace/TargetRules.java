package propane.train.trace;

import propane.data.ColumnRule;
import propane.data.ColumnRule.Range;
import propane.nn.Input;
import propane.nn.loss.Loss;
import propane.spi.Graph;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.LossOp;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.op.TensorOperation;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What targets may hold: what their losses say, and what the graph of a step does with them.
 * Missing is NaN that the graph replaces wherever it reads the target.
 */
final class TargetRules {
    private TargetRules() {}

    /**
     * Returns what each target may hold.
     *
     * @param values what the step comes to
     */
    static Map<String, ColumnRule.Numbers> of(TrainingSpec training, List<Tensor> values) {
        var ranges = new LinkedHashMap<String, Range>();
        training.lossesByTarget().forEach((name, loss) -> ranges.put(name, range(loss)));
        training.weights().forEach(each -> ranges.put(each.name(), Range.WEIGHTS));
        for (Operation operation : Graph.operations(values)) {
            if (operation.op() instanceof LossOp.SigmoidCrossEntropy loss) {
                port(loss.target()).ifPresent(port -> ranges.put(port.name(), Range.SHARES));
            }
        }
        Set<String> missing = missing(values);
        var rules = new LinkedHashMap<String, ColumnRule.Numbers>();
        for (Input target : training.targets()) {
            Range range = ranges.getOrDefault(target.name(), Range.ANY);
            List<String> weights =
                    range == Range.WEIGHTS
                            ? List.of()
                            : training.weights().stream().map(Input::name).toList();
            boolean mayBeMissing = missing.contains(target.name());
            rules.put(target.name(), new ColumnRule.Numbers(range, mayBeMissing, weights));
        }
        return rules;
    }

    private static Range range(Loss loss) {
        return switch (loss.targetKind()) {
            case SIDES -> Range.SHARES;
            case SIGNS -> Range.SIGNS;
            case CLASSES, NUMBERS, OTHER -> Range.ANY;
        };
    }

    /** Returns whose elements a tensor has, as they are or some of them replaced. */
    private static Optional<Port> port(Tensor x) {
        return switch (x.op()) {
            case Leaf.Input(var port) ->
                    port.role() == Role.BATCH ? Optional.of(port) : Optional.empty();
            case ElementwiseUnary.Cast(Tensor from, _) -> port(from);
            case TensorOperation.Select(_, Tensor chosen, _) -> port(chosen);
            case Op _ -> MovedElements.of(x).flatMap(TargetRules::port);
        };
    }

    /** Returns the targets that are nowhere read but where NaN is replaced. */
    private static Set<String> missing(List<Tensor> values) {
        var replaced = new HashSet<String>();
        var read = new HashSet<String>();
        for (Operation operation : Graph.operations(values)) {
            for (Tensor operand : operation.operands()) {
                if (operand.dtype().isFloat() && !isKnown(operand)) {
                    port(operand)
                            .filter(port -> port.type().dtype() == DType.FLOAT32)
                            .ifPresent(port -> {
                                if (replaces(operation.op(), operand)) {
                                    replaced.add(port.name());
                                } else if (!passes(operation)) {
                                    read.add(port.name());
                                }
                            });
                }
            }
        }
        replaced.removeAll(read);
        return replaced;
    }

    /** Whether an operation is part of replacing what is missing of an operand. */
    private static boolean replaces(Op op, Tensor operand) {
        return switch (op) {
            case TensorOperation.Select(Tensor condition, Tensor chosen, _) ->
                    chosen.equals(operand) && asksWhetherKnown(condition, operand);
            case ElementwiseBinary.Equal(Tensor x, Tensor y) -> x.equals(y);
            case Op _ -> false;
        };
    }

    private static boolean asksWhetherKnown(Tensor condition, Tensor of) {
        return condition.op() instanceof ElementwiseBinary.Equal(Tensor x, Tensor y)
                && x.equals(of)
                && y.equals(of);
    }

    /** Whether a tensor's elements, some of them replaced, are all numbers. */
    private static boolean isKnown(Tensor x) {
        return switch (x.op()) {
            case TensorOperation.Select(Tensor condition, Tensor chosen, _) ->
                    asksWhetherKnown(condition, chosen) || isKnown(chosen);
            case ElementwiseUnary.Cast(Tensor from, _) -> isKnown(from);
            case Op _ -> MovedElements.of(x).map(TargetRules::isKnown).orElse(false);
        };
    }

    /** Whether an operation hands elements on, so that who reads them decides. */
    private static boolean passes(Operation operation) {
        return operation.results().stream()
                .allMatch(result -> result.dtype().isFloat() && port(result).isPresent());
    }
}
