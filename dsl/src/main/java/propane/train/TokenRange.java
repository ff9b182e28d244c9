package propane.train;

import propane.nn.Model;
import propane.tensor.DType;
import propane.tensor.Gathering;
import propane.tensor.Graph;
import propane.tensor.Leaf;
import propane.tensor.Operation;
import propane.tensor.Tensor;
import propane.tensor.TensorTransformation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How large the token numbers of inputs may be. An engine reads beside a table of vectors, or its
 * nearest row, without a word, so that numbers are looked at before.
 */
final class TokenRange {
    private TokenRange() {}

    /** Returns the number of vectors that int32 inputs choose from, by input. */
    static Map<String, Integer> of(Model model) {
        if (model.inputs().stream().noneMatch(input -> input.dtype() == DType.INT32)) {
            return Map.of();
        }
        var outputs = model.dryOutputs().values();
        var found = new LinkedHashMap<String, Integer>();
        for (Operation operation : Graph.operations(List.copyOf(outputs))) {
            if (operation.op() instanceof Gathering.Gather gather
                    && origin(gather.indices()).op() instanceof Leaf.Input(var port)
                    && port.type().dtype() == DType.INT32) {
                found.merge(port.name(), gather.x().dim(gather.axis()), Math::min);
            }
        }
        return found;
    }

    /** Returns the tensor whose elements a tensor has, in another order or some of them. */
    private static Tensor origin(Tensor x) {
        return x.op() instanceof TensorTransformation.SliceByIndex slice
                ? origin(slice.x())
                : MovedElements.of(x).map(TokenRange::origin).orElse(x);
    }
}
