package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/**
 * The feed-forward part of transformers with a gate (Shazeer, 2020): (silu(x·Gᵀ) · x·Uᵀ)·Dᵀ. Its
 * parts are dense layers without bias named {@code gate}, {@code up} and {@code down}.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(8, 8).take(64);
 * var model = model(input(8, 8), sequential(swiGlu(16), flatten(), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param hidden the width between; the output has the input's
 */
public record SwiGlu(int hidden) implements Layer {
    /** Checks the settings. */
    public SwiGlu {
        Preconditions.atLeast(1, "swiGlu: the width between", hidden);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Dense wide = Layers.dense(hidden).bias(false);
        Tensor gate = scope.apply("gate", wide, x).silu();
        Tensor up = scope.apply("up", wide, x);
        return scope.apply("down", Layers.dense(x.dim(-1)).bias(false), gate.mul(up));
    }
}
