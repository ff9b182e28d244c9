package propane.spi.op;

import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Ops that reduce each window over the spatial axes [n, c, spatial…] to one value. */
public sealed interface Pool extends Op {
    /** Returns the images, [n, c, spatial…]. */
    Tensor x();

    /** Returns the length of the window on each spatial axis. */
    List<Integer> kernelSizes();

    /** Returns how far the window moves on each spatial axis. */
    List<Integer> strides();

    /** Returns how edges are padded. */
    PadType padType();

    /** Returns the padding before and after each spatial axis, for {@link PadType#CUSTOM}. */
    List<Integer> pad();

    /** Returns whether the number of places is rounded up. */
    boolean ceilMode();

    /** Returns the windows over the images. */
    default Window window() {
        Shape shape = x().shape();
        if (shape.rank() < 3) {
            throw OpRule.shape(
                    this, "needs [n, c, spatial…], got " + shape, "reshape to one channel");
        }
        for (int i = 0; padType() == PadType.CUSTOM && i < pad().size(); i++) {
            if (i / 2 < kernelSizes().size() && pad().get(i) >= kernelSizes().get(i / 2)) {
                throw OpRule.shape(
                        this,
                        "pads " + pad() + " hold whole windows of " + kernelSizes(),
                        "pad less than the window is long");
            }
        }
        return Window.of(
                this,
                shape.dims().subList(2, shape.rank()),
                kernelSizes(),
                strides(),
                Collections.nCopies(shape.rank() - 2, 1),
                padType(),
                pad(),
                ceilMode());
    }

    private static Shape result(Pool op) {
        var dims = new ArrayList<>(List.of(op.x().dim(0), op.x().dim(1)));
        dims.addAll(op.window().places());
        return new Shape(dims);
    }

    private static int planes(Pool op) {
        return op.x().dim(0) * op.x().dim(1);
    }

    private static void requireResult(Pool op, Tensor gradient) {
        if (!gradient.shape().equals(result(op))) {
            throw OpRule.shape(
                    op,
                    "the pool's result is " + result(op) + ", its gradient " + gradient.shape(),
                    "give the gradient of that pool's result");
        }
    }

    /**
     * The largest value of each window; padding never counts.
     *
     * @param x images [n, c, spatial…]
     * @param kernelSizes for each spatial axis
     * @param strides for each spatial axis
     * @param padType how edges are padded
     * @param pad before and after each spatial axis
     * @param ceilMode whether the number of places is rounded up
     */
    record MaxPool(
            Tensor x,
            List<Integer> kernelSizes,
            List<Integer> strides,
            PadType padType,
            List<Integer> pad,
            boolean ceilMode)
            implements Pool {
        @Override
        public TensorType infer() {
            return OpRule.requireFloat(this, x).with(result(this));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new MaxPoolGradient(
                                            x,
                                            a.gradient(),
                                            kernelSizes,
                                            strides,
                                            padType,
                                            pad,
                                            ceilMode)));
        }

        @Override
        public void evaluate(Evaluation e) {
            var largest = new Largest(window(), planes(this));
            double[] in = e.of(x);
            double[] out = e.result();
            largest.each(in, (place, element) -> out[place] = in[element]);
        }
    }

    /**
     * The gradient of {@link MaxPool}: each place's gradient goes to the first largest element of
     * its window.
     *
     * @param x the pool's images
     * @param gradient the gradient of its result
     * @param kernelSizes for each spatial axis
     * @param strides for each spatial axis
     * @param padType how edges are padded
     * @param pad before and after each spatial axis
     * @param ceilMode whether the number of places is rounded up
     */
    record MaxPoolGradient(
            Tensor x,
            Tensor gradient,
            List<Integer> kernelSizes,
            List<Integer> strides,
            PadType padType,
            List<Integer> pad,
            boolean ceilMode)
            implements Pool, DecomposedForMil {
        @Override
        public TensorType infer() {
            requireResult(this, gradient);
            return OpRule.requireFloat(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            // Where the largest elements are does not change: linear in the gradient alone.
            a.accumulate(gradient, () -> taken(a.gradient()));
        }

        /** Returns, for each place, a value's element where the window's largest one is. */
        private Tensor taken(Tensor value) {
            Window window = window();
            Tensor images = window.pad(x, LOWEST);
            Tensor values = window.pad(value, 0);
            Tensor result = Tensor.of(pool());
            Tensor found = Tensor.zerosLike(result);
            for (int i = window.size() - 1; i >= 0; i--) {
                Tensor hit = window.slice(images, i).equal(result);
                found = hit.where(window.slice(values, i), found);
            }
            return found;
        }

        @Override
        public void evaluate(Evaluation e) {
            var largest = new Largest(window(), planes(this));
            double[] from = e.of(gradient);
            double[] out = e.result();
            Arrays.fill(out, 0);
            largest.each(e.of(x), (place, element) -> out[element] += from[place]);
        }

        @Override
        public List<Tensor> decompose() {
            Window window = window();
            Tensor images = window.pad(x, LOWEST);
            Tensor result = Tensor.of(pool());
            // What the first largest element takes, no later one finds.
            Tensor left = gradient;
            var sums = new ArrayList<Tensor>();
            for (int i = 0; i < window.size(); i++) {
                Tensor hit = window.slice(images, i).equal(result);
                sums.add(spread(window, images.shape(), Choice.orZero(hit, left), i));
                left = Choice.zeroOr(hit, left);
            }
            return List.of(window.unpad(sums.stream().reduce(Tensor::add).orElseThrow()));
        }

        /** Returns the pool whose gradient this is. */
        public MaxPool pool() {
            return new MaxPool(x, kernelSizes, strides, padType, pad, ceilMode);
        }
    }

    /**
     * The mean of each window.
     *
     * @param x images [n, c, spatial…]
     * @param kernelSizes for each spatial axis
     * @param strides for each spatial axis
     * @param padType how edges are padded
     * @param pad before and after each spatial axis
     * @param excludePaddingFromAverage whether padding does not count in the mean
     * @param ceilMode whether the number of places is rounded up
     */
    record AvgPool(
            Tensor x,
            List<Integer> kernelSizes,
            List<Integer> strides,
            PadType padType,
            List<Integer> pad,
            boolean excludePaddingFromAverage,
            boolean ceilMode)
            implements Pool {
        @Override
        public TensorType infer() {
            return OpRule.requireFloat(this, x).with(result(this));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new AvgPoolGradient(
                                            x,
                                            a.gradient(),
                                            kernelSizes,
                                            strides,
                                            padType,
                                            pad,
                                            excludePaddingFromAverage,
                                            ceilMode)));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            Arrays.fill(out, 0);
            means(
                    this,
                    excludePaddingFromAverage,
                    (place, element, share) -> out[place] += in[element] * share);
        }
    }

    /**
     * The root of the sum of squares of each window; flat where all elements are 0.
     *
     * @param x images [n, c, spatial…]
     * @param kernelSizes for each spatial axis
     * @param strides for each spatial axis
     * @param padType how edges are padded
     * @param pad before and after each spatial axis
     * @param ceilMode whether the number of places is rounded up
     */
    record L2Pool(
            Tensor x,
            List<Integer> kernelSizes,
            List<Integer> strides,
            PadType padType,
            List<Integer> pad,
            boolean ceilMode)
            implements Pool, Decomposable {
        @Override
        public TensorType infer() {
            return OpRule.requireFloat(this, x).with(result(this));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> slope(a));
        }

        /**
         * Returns Σ g·x/y over the windows of an element. Both are taken over the largest magnitude
         * of all first, as 1/y may be beyond float16 where x/y is not.
         */
        private Tensor slope(Adjoint a) {
            if (x.shape().size() == 0) {
                return Tensor.zerosLike(x);
            }
            Tensor magnitude = x.abs().max().stopGradient();
            Tensor largest = Choice.orOne(magnitude.greater(0), magnitude);
            Tensor y = a.result().div(largest);
            Tensor flat = y.equal(0);
            Tensor share = Choice.zeroOr(flat, a.gradient().div(Choice.oneOr(flat, y)));
            Tensor sums =
                    Tensor.of(
                            new AvgPoolGradient(
                                    x, share, kernelSizes, strides, padType, pad, false, ceilMode));
            return x.div(largest).mul(sums.mul(window().size()));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            Arrays.fill(out, 0);
            means(this, false, (place, element, _) -> out[place] += in[element] * in[element]);
            for (int i = 0; i < out.length; i++) {
                out[i] = Math.sqrt(out[i]);
            }
        }

        @Override
        public List<Tensor> decompose() {
            Tensor mean =
                    Tensor.of(
                            new AvgPool(
                                    x.square(),
                                    kernelSizes,
                                    strides,
                                    padType,
                                    pad,
                                    false,
                                    ceilMode));
            Tensor sum = mean.mul(window().size());
            Tensor none = sum.equal(0);
            return List.of(Choice.zeroOr(none, Choice.oneOr(none, sum).sqrt()));
        }
    }

    /**
     * The gradient of {@link AvgPool}. Of the images only the shape matters.
     *
     * @param x the pool's images
     * @param gradient the gradient of its result
     * @param kernelSizes for each spatial axis
     * @param strides for each spatial axis
     * @param padType how edges are padded
     * @param pad before and after each spatial axis
     * @param excludePaddingFromAverage whether padding does not count in the mean
     * @param ceilMode whether the number of places is rounded up
     */
    record AvgPoolGradient(
            Tensor x,
            Tensor gradient,
            List<Integer> kernelSizes,
            List<Integer> strides,
            PadType padType,
            List<Integer> pad,
            boolean excludePaddingFromAverage,
            boolean ceilMode)
            implements Pool, DecomposedForMil {
        @Override
        public TensorType infer() {
            requireResult(this, gradient);
            return OpRule.requireFloat(this, x);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    gradient,
                    () ->
                            Tensor.of(
                                    new AvgPool(
                                            a.gradient(),
                                            kernelSizes,
                                            strides,
                                            padType,
                                            pad,
                                            excludePaddingFromAverage,
                                            ceilMode)));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] from = e.of(gradient);
            double[] out = e.result();
            Arrays.fill(out, 0);
            means(
                    this,
                    excludePaddingFromAverage,
                    (place, element, share) -> out[element] += from[place] * share);
        }

        /** Returns what each element of a place's window has of the place's gradient. */
        public Tensor parts() {
            Window window = window();
            double[] shares = shares(window, excludePaddingFromAverage);
            var dims = new ArrayList<>(List.of(1, 1));
            dims.addAll(window.places());
            var type = TensorType.float32(new Shape(dims));
            Tensor share = Tensor.constant(NDArray.of(shares, type)).cast(x.dtype());
            return gradient.mul(share);
        }

        @Override
        public List<Tensor> decompose() {
            Window window = window();
            Tensor part = parts();
            Shape padded = window.pad(x, 0).shape();
            Tensor sum = spread(window, padded, part, 0);
            for (int i = 1; i < window.size(); i++) {
                sum = sum.add(spread(window, padded, part, i));
            }
            return List.of(window.unpad(sum));
        }
    }

    /** Lower than any value of float16 and exact in it, so that padding is never the largest. */
    float LOWEST = -65504f;

    /** Takes the share that an element has in the mean of a place. */
    interface Share {
        /** Takes one. */
        void of(int place, int element, double share);
    }

    private static void means(Pool op, boolean excludePadding, Share share) {
        Window window = op.window();
        int size = window.size();
        int[] table = window.table();
        double[] shares = shares(window, excludePadding);
        for (int plane = 0; plane < planes(op); plane++) {
            for (int place = 0; place < window.count(); place++) {
                for (int i = 0; i < size; i++) {
                    int element = table[place * size + i];
                    if (element >= 0) {
                        share.of(
                                plane * window.count() + place,
                                plane * window.area() + element,
                                shares[place]);
                    }
                }
            }
        }
    }

    /**
     * Returns the share that each element of the window at each place has in the mean there.
     *
     * @param excludePadding whether padding does not count in the mean
     */
    static double[] shares(Window window, boolean excludePadding) {
        double[] shares = new double[window.count()];
        for (int place = 0; place < shares.length; place++) {
            int counted = 0;
            for (int i = 0; i < window.size(); i++) {
                counted += !excludePadding || window.at(place, i) >= 0 ? 1 : 0;
            }
            shares[place] = 1.0 / counted;
        }
        return shares;
    }

    /** Puts values of the places back to where one element of the window met them. */
    private static Tensor spread(Window window, Shape padded, Tensor values, int element) {
        Tensor whole = Tensor.zeros(values.type().with(padded));
        var slice = (TensorTransformation.SliceByIndex) window.slice(whole, element).op();
        return slice.unslice(values);
    }
}
