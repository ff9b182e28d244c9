package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Tensor;

/**
 * A convolution in two parts (Chollet, 2017): {@code depthwise} over each channel on its own, then
 * {@code pointwise} over all channels of each place.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(1, 8, 8).take(64);
 * var layers = sequential(conv2d(4, 3), separableConv2d(8, 3), relu(), flatten(), dense(10));
 * var model = model(input(1, 8, 8), layers);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param depthwise the first part
 * @param pointwise the second part
 */
public record SeparableConv(Conv depthwise, Conv pointwise) implements Layer {
    static SeparableConv of(int axes, int filters, int kernel) {
        return new SeparableConv(Conv.depthwise(axes, kernel), Conv.of(axes, filters, 1));
    }

    /** Returns this layer with a stride. */
    public SeparableConv stride(int of) {
        return new SeparableConv(depthwise.stride(of), pointwise);
    }

    /** Returns this layer with a dilation. */
    public SeparableConv dilation(int of) {
        return new SeparableConv(depthwise.dilation(of), pointwise);
    }

    /** Returns this layer with another padding. */
    public SeparableConv padding(Padding of) {
        return new SeparableConv(depthwise.padding(of), pointwise);
    }

    /** Returns this layer with a number of zeros on each side of each axis. */
    public SeparableConv padding(int width) {
        return padding(Padding.of(width));
    }

    /** Returns this layer with the addition of biases, the default, or without it. */
    public SeparableConv bias(boolean of) {
        return new SeparableConv(depthwise.bias(of), pointwise.bias(of));
    }

    @Override
    public String kind() {
        return "separable_conv" + depthwise.window().axes() + "d";
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        return scope.apply("pointwise", pointwise, scope.apply("depthwise", depthwise, x));
    }

    /** Returns the kernel of the first part and the second part. */
    @Override
    public String toString() {
        return "SeparableConv[kernel="
                + depthwise.window().length()
                + ", pointwise="
                + pointwise
                + "]";
    }
}
