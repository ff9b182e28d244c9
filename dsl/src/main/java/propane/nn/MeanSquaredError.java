package propane.nn;

import propane.tensor.Tensor;

/**
 * The mean of (prediction − target)² over all elements.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(adam(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 */
public record MeanSquaredError() implements Loss.Elementwise {
    @Override
    public LossTerms terms(Tensor prediction, Tensor target) {
        ElementMeans.requireSame("meanSquaredError", prediction, target);
        return LossTerms.of(prediction.sub(target).square());
    }

    @Override
    public TargetKind targetKind() {
        return TargetKind.NUMBERS;
    }
}
