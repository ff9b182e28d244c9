package propane.train.trace;

import propane.spi.Graph;
import propane.spi.op.AlignmentLoss;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Gathering;
import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.op.SoftmaxLoss;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the class numbers of a batch may be, as the graph of a step says: where they choose one of
 * some classes or vectors. Numbers that are compared and then replaced, as ignored labels are, need
 * not be classes.
 */
final class LabelRange {
    private LabelRange() {}

    /** Numbers that choose: whose they are and which of them are replaced before they choose. */
    private record Choice(Port port, List<Integer> replaced) {
        Choice replacing(int number) {
            var more = Stream.concat(replaced.stream(), Stream.of(number)).distinct().toList();
            return new Choice(port, more);
        }
    }

    /** Returns what numbers may be, by the name of the port through which they enter. */
    static Map<String, Labels> of(List<Tensor> values) {
        var found = new LinkedHashMap<String, Labels>();
        for (Operation operation : Graph.operations(values)) {
            switch (operation.op()) {
                case TensorOperation.OneHot hot ->
                        add(found, hot.indices(), hot.oneHotVectorSize());
                case SoftmaxLoss.SoftmaxCrossEntropy loss ->
                        add(found, loss.target(), loss.logits().dim(-1));
                case AlignmentLoss.CtcLoss loss ->
                        choice(loss.target())
                                .map(labels -> labels.replacing(-1))
                                .ifPresent(labels -> add(found, labels, loss.logits().dim(-1)));
                case Gathering.Gather gather ->
                        add(found, gather.indices(), gather.x().dim(gather.axis()));
                case Gathering.GatherAlongAxis gather ->
                        add(found, gather.indices(), gather.x().dim(gather.axis()));
                default -> {}
            }
        }
        return found;
    }

    private static void add(Map<String, Labels> found, Tensor numbers, int classes) {
        choice(numbers).ifPresent(labels -> add(found, labels, classes));
    }

    /** Who is used twice must do for the fewer classes. */
    private static void add(Map<String, Labels> found, Choice labels, int classes) {
        found.merge(
                labels.port().name(),
                new Labels(classes, labels.replaced()),
                (one, other) -> {
                    var ignored = new ArrayList<>(one.ignored());
                    ignored.addAll(other.ignored());
                    int fewer = Math.min(one.classes(), other.classes());
                    return new Labels(fewer, ignored.stream().distinct().toList());
                });
    }

    /** Returns whose elements a tensor has, in another order or some of them. */
    private static Optional<Choice> choice(Tensor x) {
        return switch (x.op()) {
            case Leaf.Input(var port) ->
                    port.role() == Role.BATCH && port.type().dtype() == DType.INT32
                            ? Optional.of(new Choice(port, List.of()))
                            : Optional.empty();
            case TensorTransformation.SliceByIndex slice -> choice(slice.x());
            case TensorOperation.Select(Tensor cond, _, Tensor other) ->
                    choice(other).flatMap(labels -> compared(cond, labels));
            case Op _ -> MovedElements.of(x).flatMap(LabelRange::choice);
        };
    }

    /** Returns labels of which those that equal a number are replaced. */
    private static Optional<Choice> compared(Tensor condition, Choice labels) {
        if (condition.op() instanceof ElementwiseBinary.Equal(Tensor x, Tensor y)
                && y.op() instanceof Leaf.Const(var number)
                && number.size() == 1
                && isOf(x, labels.port())) {
            return Optional.of(labels.replacing((int) number.at(0)));
        }
        return Optional.empty();
    }

    private static boolean isOf(Tensor x, Port port) {
        Tensor numbers = x.op() instanceof ElementwiseUnary.Cast(Tensor from, _) ? from : x;
        return choice(numbers).map(labels -> labels.port().equals(port)).orElse(false);
    }
}
