package propane.train.trace;

import propane.spi.op.AxisTransformation;
import propane.spi.op.Op;
import propane.spi.op.TensorTransformation;
import propane.tensor.Tensor;

import java.util.Optional;

/** Operations that leave all elements as they are and give them other places. */
final class MovedElements {
    private MovedElements() {}

    /** Returns the tensor whose elements a tensor has in other places, if it is of such an op. */
    static Optional<Tensor> of(Tensor x) {
        return switch (x.op()) {
            case TensorTransformation.Reshape(Tensor from, _) -> Optional.of(from);
            case TensorTransformation.Transpose(Tensor from, _) -> Optional.of(from);
            case AxisTransformation.ExpandDims(Tensor from, _) -> Optional.of(from);
            case AxisTransformation.Squeeze(Tensor from, _) -> Optional.of(from);
            case Op _ -> Optional.empty();
        };
    }
}
