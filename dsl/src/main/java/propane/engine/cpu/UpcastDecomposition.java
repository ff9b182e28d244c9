package propane.engine.cpu;

import propane.spi.op.Decomposable;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.tensor.DType;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * Ops decomposed into simpler ones: those of float16 in float32, so that they round once, at the
 * end.
 */
final class UpcastDecomposition {
    private UpcastDecomposition() {}

    static List<Tensor> of(Decomposable composite) {
        Op op = (Op) composite;
        List<TensorType> types = op.inferAll();
        if (types.stream().noneMatch(type -> type.dtype() == DType.FLOAT16)) {
            return composite.decompose();
        }
        var schema = OpSchema.of(op);
        var wide =
                schema.operands(op).stream()
                        .map(x -> x.dtype() == DType.FLOAT16 ? x.cast(DType.FLOAT32) : x)
                        .toList();
        List<Tensor> results = ((Decomposable) schema.withOperands(op, wide)).decompose();
        var rounded = new ArrayList<Tensor>();
        for (int i = 0; i < results.size(); i++) {
            rounded.add(results.get(i).cast(types.get(i).dtype()));
        }
        return rounded;
    }
}
