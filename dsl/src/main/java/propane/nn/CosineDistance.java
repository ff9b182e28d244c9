package propane.nn;

import propane.spi.op.RmsNormalization;
import propane.tensor.Tensor;

import java.util.List;

/**
 * One minus the cosine of the angle between prediction and target over the last axis.
 *
 * {@snippet :
 * var x = new float[][] {{1, 0}, {0, 1}, {1, 1}};
 * var turned = Dataset.of(x, new float[][] {{0, 1}, {-1, 0}, {-1, 1}});
 * var model = model(input(2), dense(2));
 * var training = training(model).loss(cosineDistance())
 *         .optimizer(adam(0.1)).batch(3).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(turned, epochs(50));
 *     System.out.println(trainer.evaluate(turned));
 * }
 * }
 */
public record CosineDistance() implements Loss.PerElement {
    private static final float SMALLEST = 1e-8f;

    /** Returns the cosine of the angle between vectors over the last axis, [batch, …]. */
    public static Tensor similarity(Tensor x, Tensor y) {
        return direction(x).mul(direction(y)).mean(-1);
    }

    /**
     * Returns a vector over the root of its mean square. Those of length 0 have no direction, and a
     * similarity of 0 with all others.
     */
    private static Tensor direction(Tensor x) {
        float epsilon = SMALLEST * SMALLEST / Math.max(1, x.dim(-1));
        return Tensor.of(new RmsNormalization.RmsNorm(x, List.of(-1), List.of(), epsilon));
    }

    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("cosineDistance", prediction, target);
        return LossTerms.of(similarity(prediction, target).neg().add(1));
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
