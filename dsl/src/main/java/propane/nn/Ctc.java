package propane.nn;

import propane.spi.op.AlignmentLoss;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * The connectionist temporal classification of sequences (Graves et al., 2006): −ln of the
 * probability that logits [batch, time, classes] spell the int32 labels [batch, length] when
 * repetitions are dropped and then blanks, class 0. Labels are 1 or more; −1 or 0 fills the rest of
 * a shorter sequence. Labels that do not fit into the time, counting a blank between two that are
 * equal, give neither loss nor gradient.
 *
 * {@snippet :
 * var sounds = NDArray.of(new float[] {0, 1, 0, 2, 0, 2, 1, 0, 1, 0, 0, 2}, 3, 4, 1);
 * var words = NDArray.of(new int[] {1, 2, 2, 1, 1, 2}, 3, 2);
 * var model = model(input(4, 1), sequential(dense(8), relu(), dense(3)));
 * var training = training(model).loss(ctc().longest(2)).optimizer(adam(1e-2)).batch(3).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(Dataset.of(sounds, words), epochs(50));
 *     System.out.println(trainer.evaluate(Dataset.of(sounds, words)));
 * }
 * }
 *
 * @param length how many labels the longest sequence has; 0 if as many as there are steps of time
 */
public record Ctc(int length) implements Loss.PerExample {
    /** Returns this loss for targets of so many labels, fillings included. */
    public Ctc longest(int labels) {
        return new Ctc(labels);
    }

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
                    "ctc: needs outputs [batch, time, classes] and targets of a length of 1 or"
                            + " more, got "
                            + shape
                            + " and "
                            + length
                            + "\n    fix: let the model end with a dense layer over a"
                            + " sequence");
        }
        int labels = length == 0 ? shape.dim(1) : length;
        return new TensorType(DType.INT32, Shape.shape(shape.dim(0), labels));
    }
}
