package propane.nn;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * The negative logarithm of the label's probability, for outputs [batch, …, classes] that are
 * logarithms of probabilities and int32 labels [batch, …].
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), relu(), dense(2), logSoftmax()));
 * var training = training(model).loss(negativeLogLikelihood())
 *         .optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 */
public record NegativeLogLikelihood() implements Loss.ByExample {
    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        return ElementMeans.mean(prediction.mul(target.oneHot(prediction.dim(-1))).sum(-1).neg());
    }

    @Override
    public TensorType target(TensorType prediction) {
        var dims = prediction.shape().dims();
        return new TensorType(DType.INT32, new Shape(dims.subList(0, dims.size() - 1)));
    }
}
