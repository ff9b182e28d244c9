package propane.nn;

import propane.tensor.LossOp;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/**
 * The cross-entropy of a sigmoid, −t ln σ(z) − (1 − t) ln(1 − σ(z)), for logits z and targets t
 * from 0 to 1 of one shape; the mean over each example.
 *
 * {@snippet :
 * var x = new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
 * var either = Dataset.of(x, new float[][] {{0}, {1}, {1}, {1}});
 * var model = model(input(2), dense(1));
 * var training = training(model).loss(binaryCrossEntropy())
 *         .optimizer(adam(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(either, epochs(50));
 *     System.out.println(trainer.evaluate(either));
 * }
 * }
 */
public record BinaryCrossEntropy() implements Loss.ByExample {
    /** Returns the mean loss of logits against one target for all. */
    public Tensor of(Tensor logits, double target) {
        return of(logits, Tensor.constant(NDArray.filled(logits.type(), target)));
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("binaryCrossEntropy", prediction, target);
        return ElementMeans.mean(Tensor.of(new LossOp.SigmoidCrossEntropy(prediction, target)));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.SIDES;
    }
}
