package propane.nn.layer;

import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.nn.rule.LoraPaths;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

/**
 * A low-rank addition to a dense layer or a convolution (Hu et al., 2022): the layer's output plus
 * α / rank times that of two thin layers of the same kind, {@code lora_down} and {@code lora_up},
 * the second of which starts with zeros; of a convolution in groups, each group has such an
 * addition. The layer keeps its own paths, so weights of a model without additions fit; freeze them
 * with {@code model.freeze(not(lora()))}.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(64).take(64);
 * var model = model(input(64), sequential(lora(4, dense(32)), relu(), dense(10)));
 * var tuned = model.freeze(not(lora())); // only what lora added is trained
 * var training = training(tuned).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param rank the width between the two
 * @param alpha α; the rank by default
 * @param layer the dense layer or convolution
 */
public record Lora(int rank, double alpha, Layer layer) implements Layer {
    /** Checks that the layer is of a kind that can be added to. */
    public Lora {
        Preconditions.atLeast(1, "lora: the rank", rank);
        Preconditions.notNegative("lora: alpha", alpha);
        boolean fits =
                layer instanceof Dense || layer instanceof Conv || layer instanceof ConvTranspose;
        if (!fits) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "lora: adds to dense layers, convolutions, depthwise and"
                                            + " transposed ones, got a layer of the kind "
                                            + layer.kind())
                            .operand("layer", layer.kind())
                            .fix(
                                    (layer instanceof Named(String name, _)
                                            ? "named(\"" + name + "\", lora(" + rank + ", …))"
                                            : "put lora(…) around each of those within it")));
        }
    }

    /** Returns this layer with another α. */
    public Lora alpha(double value) {
        return new Lora(rank, value, layer);
    }

    /** Returns the layer's kind: its paths stay as they are. */
    @Override
    public String kind() {
        return layer.kind();
    }

    /** Returns whether the layer within slides a window. */
    @Override
    public boolean slides() {
        return layer.slides();
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        Tensor own = layer.apply(scope, x);
        Tensor low = scope.apply(LoraPaths.DOWN, down(x), x);
        Tensor added = scope.apply(LoraPaths.UP, up(own), low);
        return own.add(added.mul(alpha / rank));
    }

    private Layer down(Tensor x) {
        return switch (layer) {
            case Conv conv -> {
                int groups = groups(conv, x);
                yield conv.filters(rank * groups).groups(groups).bias(false);
            }
            case ConvTranspose conv -> conv.filters(rank).bias(false);
            default -> Layers.dense(rank).bias(false);
        };
    }

    private Layer up(Tensor own) {
        return switch (layer) {
            case Dense dense ->
                    Layers.dense(dense.units()).bias(false).initializer(Initializers.zeros());
            case Conv conv -> pointwise(own).groups(groups(conv, own));
            default -> pointwise(own);
        };
    }

    private static Conv pointwise(Tensor own) {
        return Conv.of(own.rank() - 2, own.dim(1), 1).bias(false).initializer(Initializers.zeros());
    }

    /** Each group of channels has a low-rank addition of its own. */
    private static int groups(Conv conv, Tensor images) {
        return conv.groups() == 0 ? images.dim(1) : conv.groups();
    }
}
