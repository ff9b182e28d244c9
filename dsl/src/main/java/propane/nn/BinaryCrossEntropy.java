package propane.nn;

import propane.spi.op.LossOp;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

/**
 * The cross-entropy of a sigmoid, −t ln σ(z) − (1 − t) ln(1 − σ(z)), for logits z and targets t
 * from 0 to 1 of one shape; the mean over all elements. Targets may be whole numbers, 0 or 1, and
 * those of a single output [batch] as well as [batch, 1].
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
public record BinaryCrossEntropy() implements Loss.Elementwise {
    /** Returns the mean loss of logits against one target for all. */
    public Tensor of(Tensor logits, double target) {
        return of(logits, Tensor.constant(NDArray.full(logits.type(), target)));
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        Tensor wanted = BinaryPredictions.of("binaryCrossEntropy", prediction, target);
        return LossTerms.of(Tensor.of(new LossOp.SigmoidCrossEntropy(prediction, wanted)));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.SIDES;
    }
}
