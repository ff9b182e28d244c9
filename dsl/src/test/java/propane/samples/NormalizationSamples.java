package propane.samples;

import propane.spi.op.BatchNormalization;
import propane.spi.op.LayerNormalization;
import propane.spi.op.Normalization;
import propane.spi.op.RmsNormalization;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/** Samples of {@link Normalization}. */
public final class NormalizationSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d ->
                        new Normalization.L2Norm(
                                d.real(d.shape(d.number(3, 4))), d.fraction(1e-3, 1))),
                OpSample.of(d ->
                        new Normalization.LocalResponseNorm(
                                d.real(d.shape(d.number(3, 4)).with(1, d.number(1, 6))),
                                d.number(1, 5),
                                d.fraction(0.1, 2),
                                d.fraction(0.3, 1),
                                d.fraction(0.5, 2))),
                OpSample.of(NormalizationSamples::layer),
                OpSample.of(
                        "over the last axis",
                        d -> {
                            // Long enough for vectors with a rest.
                            Shape shape = Shape.shape(d.number(1, 3), d.number(2, 40));
                            var weights = List.of(d.real(shape.dim(1)));
                            return new LayerNormalization.LayerNorm(
                                    d.real(shape), List.of(-1), weights, weights, EPSILON);
                        }),
                OpSample.of(d -> {
                    var layer = layer(d);
                    return new LayerNormalization.LayerNormGradient(
                            layer.x(),
                            layer.gamma(),
                            d.real(layer.x().shape()),
                            layer.axes(),
                            layer.epsilon());
                }),
                OpSample.of(
                        "over the last axis",
                        d -> {
                            Shape shape = Shape.shape(d.number(1, 3), d.number(2, 40));
                            return new LayerNormalization.LayerNormGradient(
                                    d.real(shape),
                                    d.flag() ? List.of() : List.of(d.real(shape.dim(1))),
                                    d.real(shape),
                                    List.of(1),
                                    EPSILON);
                        }),
                OpSample.of(d -> {
                    int groups = d.number(1, 3);
                    int channels = groups * d.number(1, 3);
                    Tensor x = d.real(d.filled(d.number(2, 4)).with(1, channels));
                    return new Normalization.GroupNorm(
                            x, groups, weights(d, channels), weights(d, channels), EPSILON);
                }),
                OpSample.of(d -> {
                    Tensor x = d.real(d.filled(d.number(3, 4)));
                    return new LayerNormalization.InstanceNorm(
                            x, weights(d, x.dim(1)), weights(d, x.dim(1)), EPSILON);
                }),
                OpSample.of(d -> {
                    Tensor x = d.real(d.shape(d.number(3, 5)));
                    int c = x.dim(1);
                    return new BatchNormalization.BatchNorm(
                            x,
                            d.real(c),
                            d.positive(Shape.shape(c)),
                            weights(d, c),
                            weights(d, c),
                            EPSILON);
                }),
                OpSample.of(
                        "of constants",
                        d -> {
                            Tensor x = d.real(d.filled(3));
                            var fixed = List.of(fixed(d, x.dim(1)));
                            return new LayerNormalization.InstanceNorm(x, fixed, fixed, EPSILON);
                        }),
                OpSample.of(
                        "of constants",
                        d -> {
                            Tensor x = d.real(d.filled(3));
                            var fixed = List.of(fixed(d, x.dim(2)));
                            return new LayerNormalization.LayerNorm(
                                    x, List.of(2), fixed, fixed, EPSILON);
                        }),
                OpSample.of(
                        "of constants",
                        d -> {
                            Tensor x = d.real(d.filled(d.number(2, 4)));
                            Tensor fixed = fixed(d, x.dim(1));
                            var weight = List.of(fixed);
                            return new BatchNormalization.BatchNorm(
                                    x, fixed, fixed.square(), weight, weight, EPSILON);
                        }),
                OpSample.of(d -> {
                    Tensor x = batch(d);
                    return new BatchNormalization.BatchNormTraining(
                            x, d.real(x.dim(1)), d.real(x.dim(1)), EPSILON);
                }),
                OpSample.of(d -> {
                    Tensor x = batch(d);
                    Shape channels = Shape.shape(x.dim(1));
                    return new BatchNormalization.BatchNormGradient(
                            x, d.real(channels), d.real(x.shape()), EPSILON);
                }),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    var axes = d.axes(shape);
                    var sorted = axes.stream().map(shape::axis).sorted();
                    var lengths = new Shape(sorted.map(shape::dim).toList());
                    return new RmsNormalization.RmsNorm(
                            d.real(shape),
                            axes,
                            d.flag() ? List.of() : List.of(d.real(lengths)),
                            EPSILON);
                }),
                OpSample.of(
                        "over the last axis",
                        d -> {
                            Shape shape = Shape.shape(d.number(1, 3), d.number(2, 40));
                            var gamma = List.of(d.real(shape.dim(1)));
                            return new RmsNormalization.RmsNorm(
                                    d.real(shape), List.of(-1), gamma, EPSILON);
                        }),
                OpSample.of(d -> {
                    Shape shape = d.filled(d.number(1, 4));
                    return new RmsNormalization.RmsNormGradient(
                            d.real(shape), d.real(shape), d.axes(shape), EPSILON);
                }));
    }

    /** Large, so that difference quotients of a group of one or two elements are exact enough. */
    private static final float EPSILON = 0.25f;

    private static Tensor batch(Draw d) {
        Shape shape = d.filled(d.number(2, 5));
        // Now and then long enough for vectors with a rest.
        return d.real(d.flag() ? shape : shape.with(-1, shape.rank() == 2 ? 20 : 37));
    }

    private static List<Tensor> weights(Draw d, int channels) {
        return d.flag() ? List.of() : List.of(d.real(channels));
    }

    /** Core ML has its own form of the op where weights are known. */
    private static Tensor fixed(Draw d, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = d.fraction(-2, 2);
        }
        return Tensor.constant(NDArray.of(numbers));
    }

    private static LayerNormalization.LayerNorm layer(Draw d) {
        Shape shape = d.filled(d.number(1, 4));
        var axes = d.axes(shape);
        var lengths = new Shape(axes.stream().map(shape::axis).sorted().map(shape::dim).toList());
        return new LayerNormalization.LayerNorm(
                d.real(shape),
                axes,
                d.flag() ? List.of() : List.of(d.real(lengths)),
                d.flag() ? List.of() : List.of(d.real(lengths)),
                EPSILON);
    }
}
