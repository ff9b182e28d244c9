package propane.nn.loss;

import propane.spi.op.AlignmentLoss;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Connectionist temporal classification.
 *
 * @param length how many labels the longest sequence has; 0 if as many as there are steps of time
 */
record Ctc(int length) implements Loss.PerExample {
    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        return Tensor.of(new AlignmentLoss.CtcLoss(prediction, target));
    }

    /** {@inheritDoc} −1 fills shorter sequences; 0, the blank, is a class. */
    @Override
    public List<Integer> ignoredIndices() {
        return List.of(-1);
    }

    /**
     * {@inheritDoc}
     *
     * @throws ShapeException if predictions are not [batch, time, classes]
     */
    @Override
    public TensorType target(TensorType prediction) {
        Shape shape = prediction.shape();
        if (shape.rank() != 3 || length < 0) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "ctc: needs outputs [batch, time, classes] and targets of a"
                                            + " length of 1 or more, got "
                                            + shape
                                            + " and "
                                            + length)
                            .operand("outputs", prediction)
                            .operand("length", length)
                            .fix("let the model end with a dense layer over a sequence"));
        }
        int labels = length == 0 ? shape.dim(1) : length;
        return new TensorType(DType.INT32, Shape.shape(shape.dim(0), labels));
    }
}
