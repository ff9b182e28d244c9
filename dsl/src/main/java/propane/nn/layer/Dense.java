package propane.nn.layer;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.Linear;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * A fully connected layer over the last axis: x·Wᵀ + b. Its weight is [units, inputs], as in MIL.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(64).take(64);
 * var model = model(input(64), sequential(dense(32), relu(), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param units the length of the output's last axis
 * @param bias whether b is added
 * @param initializer the values of W at the start
 */
public record Dense(int units, boolean bias, Initializer initializer) implements Layer {
    /** Checks the settings. */
    public Dense {
        Preconditions.atLeast(1, "dense: the number of units", units);
    }

    /** Returns this layer with the addition of b, the default, or without it. */
    public Dense bias(boolean of) {
        return new Dense(units, of, initializer);
    }

    /** Returns this layer with other values of W at the start. */
    public Dense initializer(Initializer initializer) {
        return new Dense(units, bias, initializer);
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        LayerRule.requireFloat(kind(), x);
        LayerRule.requireRank(kind(), x, 2, "[n, …, inputs]", "put flatten() before it");
        Tensor weight = scope.weight("weight", Shape.shape(units, x.dim(-1)), initializer);
        Tensor product = Tensor.of(new Linear.Matmul(x, weight, false, true));
        return bias
                ? product.add(scope.weight("bias", Shape.shape(units), Initializers.zeros()))
                : product;
    }
}
