package propane.coreml.read;

import propane.spi.op.CustomOp;
import propane.spi.op.Evaluation;
import propane.tensor.FormatException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * An operation that Propane lacks, as a file has it. It can be read, shown and passed over; whoever
 * needs its values or its gradient is told which one it is.
 *
 * @param inputs the tensors that it is given
 * @param types the types of its results, as the file declares them
 * @param lacking the file, the function, the operation and its opset, and why it cannot be computed
 */
record Unknown(List<Tensor> inputs, List<TensorType> types, String lacking) implements CustomOp {
    @Override
    public TensorType infer() {
        return types.getFirst();
    }

    @Override
    public List<TensorType> inferAll() {
        return types;
    }

    @Override
    public List<Tensor> decompose() {
        throw new FormatException(lacking);
    }

    @Override
    public void evaluate(Evaluation evaluation) {
        throw new FormatException(lacking);
    }
}
