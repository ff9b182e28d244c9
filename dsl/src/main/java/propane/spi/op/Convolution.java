package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Convolutions over 1 to 3 spatial axes, their transposes and the gradient of their weights. A bias
 * is added by an op of its own.
 */
public sealed interface Convolution extends Op {
    /** Returns how far the window moves on each spatial axis. */
    List<Integer> strides();

    /** Returns the distance of the window's elements on each spatial axis. */
    List<Integer> dilations();

    /** Returns the number of groups that channels are split into. */
    int groups();

    /** Returns the windows over the images; of a transpose, over its result. */
    Window window();

    /**
     * The convolution of images [n, c, spatial…] with kernels, as neural networks define it: the
     * kernel is not reversed.
     *
     * @param x images [n, c, spatial…]
     * @param weight kernels [out, c / groups, kernel…]
     * @param strides for each spatial axis
     * @param padType how edges are padded
     * @param pad before and after each spatial axis, for {@link PadType#CUSTOM}
     * @param dilations for each spatial axis
     * @param groups the number of groups; c and out are multiples of it
     */
    record Conv(
            Tensor x,
            Tensor weight,
            List<Integer> strides,
            PadType padType,
            List<Integer> pad,
            List<Integer> dilations,
            int groups)
            implements Convolution {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            OpRule.requireSame(this, x, weight);
            Window window = window();
            if (x.dim(1) != weight.dim(1) * groups || weight.dim(0) % groups != 0) {
                throw OpRule.shape(
                        this,
                        "kernels take "
                                + weight.dim(1)
                                + " channels in each of "
                                + groups
                                + " groups, the images have "
                                + x.dim(1),
                        "make the weight's second axis channels / groups, its first a multiple of"
                                + " groups");
            }
            return x.type().with(shape(x.dim(0), weight.dim(0), window.places()));
        }

        @Override
        public Window window() {
            if (x.rank() != weight.rank() || x.rank() < 3) {
                throw OpRule.shape(
                        this,
                        "images "
                                + x.shape()
                                + " and kernels "
                                + weight.shape()
                                + " differ in axes",
                        "give images [n, c, spatial…] and kernels [out, c / groups, kernel…]");
            }
            return Window.of(
                    this,
                    spatial(x.shape()),
                    spatial(weight.shape()),
                    strides,
                    dilations,
                    padType,
                    pad,
                    false);
        }

        @Override
        public void vjp(Adjoint a) {
            List<Integer> pads = window().pads();
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new ConvTranspose(
                                            a.gradient(),
                                            weight,
                                            pads,
                                            x.shape().dims(),
                                            PadType.CUSTOM,
                                            strides,
                                            dilations,
                                            groups)));
            a.accumulate(
                    weight,
                    () ->
                            Tensor.of(
                                    new ConvWeightGradient(
                                            x,
                                            a.gradient(),
                                            weight.shape(),
                                            strides,
                                            pads,
                                            dilations,
                                            groups)));
        }

        @Override
        public void evaluate(Evaluation e) {
            var loops = new ConvLoops(x.shape(), weight.shape(), window(), groups);
            double[] in = e.of(x);
            double[] kernels = e.of(weight);
            double[] out = e.result();
            Arrays.fill(out, 0);
            loops.run((image, kernel, place) -> out[place] += in[image] * kernels[kernel]);
        }
    }

    /**
     * The transpose of a convolution: what its gradient is to its images.
     *
     * @param x [n, in, places…]
     * @param weight kernels [in, out / groups, kernel…], those of the convolution it transposes
     * @param pad the padding of that convolution, before and after each spatial axis
     * @param outputShape [n, out, spatial…]
     * @param padType {@link PadType#CUSTOM}
     * @param strides for each spatial axis
     * @param dilations for each spatial axis
     * @param groups the number of groups
     */
    record ConvTranspose(
            Tensor x,
            Tensor weight,
            List<Integer> pad,
            List<Integer> outputShape,
            PadType padType,
            List<Integer> strides,
            List<Integer> dilations,
            int groups)
            implements Convolution {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            OpRule.requireSame(this, x, weight);
            var result = new Shape(outputShape);
            if (x.rank() != weight.rank() || x.rank() < 3 || result.rank() != x.rank()) {
                throw OpRule.shape(
                        this,
                        x.shape()
                                + ", kernels "
                                + weight.shape()
                                + " and the output "
                                + result
                                + " differ in axes",
                        "give [n, in, places…], [in, out / groups, kernel…], [n, out, spatial…]");
            }
            var places = window().places();
            if (!spatial(x.shape()).equals(places)
                    || x.dim(0) != result.dim(0)
                    || x.dim(1) != weight.dim(0)
                    || result.dim(1) != weight.dim(1) * groups
                    || x.dim(1) % groups != 0) {
                throw OpRule.shape(
                        this,
                        "an image "
                                + result
                                + " convolved with kernels "
                                + weight.shape()
                                + " takes places "
                                + places
                                + ", the operand is "
                                + x.shape(),
                        "choose an output shape whose convolution has the operand's shape");
            }
            return x.type().with(result);
        }

        @Override
        public Window window() {
            return Window.of(
                    this,
                    spatial(new Shape(outputShape)),
                    spatial(weight.shape()),
                    strides,
                    dilations,
                    padType,
                    pad,
                    false);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new Conv(
                                            a.gradient(),
                                            weight,
                                            strides,
                                            PadType.CUSTOM,
                                            window().pads(),
                                            dilations,
                                            groups)));
            a.accumulate(
                    weight,
                    () ->
                            Tensor.of(
                                    new ConvWeightGradient(
                                            a.gradient(),
                                            x,
                                            weight.shape(),
                                            strides,
                                            window().pads(),
                                            dilations,
                                            groups)));
        }

        @Override
        public void evaluate(Evaluation e) {
            var loops = new ConvLoops(new Shape(outputShape), weight.shape(), window(), groups);
            double[] in = e.of(x);
            double[] kernels = e.of(weight);
            double[] out = e.result();
            Arrays.fill(out, 0);
            loops.run((image, kernel, place) -> out[image] += in[place] * kernels[kernel]);
        }
    }

    /**
     * The gradient of a convolution with respect to its kernels.
     *
     * @param x the images [n, c, spatial…]
     * @param gradient the gradient of the convolution's result [n, out, places…]
     * @param shape the kernels' shape [out, c / groups, kernel…]
     * @param strides for each spatial axis
     * @param pad before and after each spatial axis
     * @param dilations for each spatial axis
     * @param groups the number of groups
     */
    record ConvWeightGradient(
            Tensor x,
            Tensor gradient,
            Shape shape,
            List<Integer> strides,
            List<Integer> pad,
            List<Integer> dilations,
            int groups)
            implements Convolution, DecomposedForMil {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            OpRule.requireSame(this, x, gradient);
            Shape result = Convolution.shape(x.dim(0), shape.dim(0), window().places());
            if (!gradient.shape().equals(result) || x.dim(1) != shape.dim(1) * groups) {
                throw OpRule.shape(
                        this,
                        "the convolution of "
                                + x.shape()
                                + " with "
                                + shape
                                + " has the result "
                                + result
                                + ", the gradient is "
                                + gradient.shape(),
                        "give the gradient of that convolution's result");
            }
            return x.type().with(shape);
        }

        @Override
        public Window window() {
            return Window.of(
                    this,
                    spatial(x.shape()),
                    spatial(shape),
                    strides,
                    dilations,
                    PadType.CUSTOM,
                    pad,
                    false);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new ConvTranspose(
                                            gradient,
                                            a.gradient(),
                                            pad,
                                            x.shape().dims(),
                                            PadType.CUSTOM,
                                            strides,
                                            dilations,
                                            groups)));
            a.accumulate(
                    gradient,
                    () ->
                            Tensor.of(
                                    new Conv(
                                            x,
                                            a.gradient(),
                                            strides,
                                            PadType.CUSTOM,
                                            pad,
                                            dilations,
                                            groups)));
        }

        @Override
        public void evaluate(Evaluation e) {
            var loops = new ConvLoops(x.shape(), shape, window(), groups);
            double[] in = e.of(x);
            double[] from = e.of(gradient);
            double[] out = e.result();
            Arrays.fill(out, 0);
            loops.run((image, kernel, place) -> out[kernel] += in[image] * from[place]);
        }

        /** The images' patches as a matrix (im2col), times the gradient. */
        @Override
        public List<Tensor> decompose() {
            Window window = window();
            int n = x.dim(0);
            int channels = x.dim(1);
            int size = window.size();
            int count = window.count();
            Tensor padded = window.pad(x, 0);
            var parts = new ArrayList<Tensor>();
            for (int i = 0; i < size; i++) {
                parts.add(window.slice(padded, i).reshape(n, channels, 1, count));
            }
            Tensor patches =
                    Tensor.concat(2, parts).reshape(n, groups, channels / groups * size, count);
            Tensor from = gradient.reshape(n, groups, gradient.dim(1) / groups, count);
            Tensor products = Tensor.of(new Linear.Matmul(from, patches, false, true));
            return List.of(products.sum(0).reshape(shape.toArray()));
        }
    }

    private static List<Integer> spatial(Shape shape) {
        return shape.dims().subList(2, shape.rank());
    }

    private static Shape shape(int n, int channels, List<Integer> places) {
        var dims = new ArrayList<>(List.of(n, channels));
        dims.addAll(places);
        return new Shape(dims);
    }
}
