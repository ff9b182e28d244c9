package propane.nn;

import propane.tensor.DType;
import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * The cross-entropy of a softmax in which what is well predicted counts less (Lin et al., 2017):
 * −(1 − p)<sup>γ</sup> · ln p with p = softmax(logits)[label], for outputs [batch, …, classes] and
 * int32 labels [batch, …].
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var model = model(input(2), sequential(dense(8), relu(), dense(2)));
 * var training = training(model).loss(focal(2)).optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     System.out.println(trainer.evaluate(xor));
 * }
 * }
 *
 * @param gamma γ, at least 0; 2 is usual, 0 is plain cross-entropy
 */
public record Focal(double gamma) implements Loss.ByExample {
    /** Checks the settings. */
    public Focal {
        Setting.notNegative("focal: gamma", gamma);
    }

    @Override
    public Tensor each(Tensor prediction, Tensor target) {
        Tensor hot = target.oneHot(prediction.dim(-1));
        Tensor log = prediction.logSoftmax(-1).mul(hot).sum(-1);
        // A share that rounding makes a little more than 1 has no power.
        Tensor missed = log.exp().neg().add(1).maximum(0);
        return ElementMeans.mean(missed.pow(gamma).mul(log).neg());
    }

    @Override
    public TensorType target(TensorType prediction) {
        var dims = prediction.shape().dims();
        return new TensorType(DType.INT32, new Shape(dims.subList(0, dims.size() - 1)));
    }
}
