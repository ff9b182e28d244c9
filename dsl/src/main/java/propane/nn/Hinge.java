package propane.nn;

import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * The hinge loss of support vector machines, max(0, margin − target · prediction) for targets −1
 * and 1, of which −1 may be written 0; the mean over all elements. Targets may be whole numbers.
 *
 * {@snippet :
 * var x = new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
 * var either = Dataset.of(x, new float[][] {{-1}, {1}, {1}, {1}});
 * var model = model(input(2), dense(1));
 * var training = training(model).loss(hinge()).optimizer(adam(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(either, epochs(50));
 *     System.out.println(trainer.evaluate(either));
 * }
 * }
 *
 * @param margin how far on its side a prediction is to be; 1 by default
 */
public record Hinge(double margin) implements Loss.Elementwise {
    /** Checks the settings. */
    public Hinge {
        Preconditions.notNegative("hinge: the margin", margin);
    }

    /** Returns this loss with another margin. */
    public Hinge margin(double of) {
        return new Hinge(of);
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        Tensor isAbove = BinaryPredictions.of("hinge", prediction, target).greater(0);
        Tensor beyond = isAbove.where(prediction.neg(), prediction);
        return LossTerms.of(beyond.add(margin).relu());
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.SIGNS;
    }
}
