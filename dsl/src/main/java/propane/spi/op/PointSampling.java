package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Ops that make images of the values at points of others. */
public sealed interface PointSampling extends ImageSampling {
    /** Computes values at points in units of some mode: (column, row) for each new pixel. */
    private static void sample(Resample op, double[] x, double[] points, double[] out) {
        Shape from = op.x().shape();
        int h = from.dim(2);
        int w = from.dim(3);
        int count = op.coordinates().dim(1) * op.coordinates().dim(2);
        var sampler = op.sampler();
        var mode = op.coordinatesMode();
        for (int i = 0; i < out.length; i++) {
            int plane = i / count;
            int point = 2 * (plane / from.dim(1) * count + i % count);
            double column = mode.slope(w, op.alignCorners()) * points[point];
            double row = mode.slope(h, op.alignCorners()) * points[point + 1];
            out[i] =
                    sampler.at(
                            x,
                            plane * h * w,
                            h,
                            w,
                            row + mode.offset(h, op.alignCorners()),
                            column + mode.offset(w, op.alignCorners()));
        }
    }

    /**
     * Images whose pixels are values at given points of others (Jaderberg et al.: spatial
     * transformer networks, 2015).
     *
     * @param x images [b, c, h, w]
     * @param coordinates for each new pixel where it is taken from, [b, h', w', 2]: column and row
     * @param samplingMode how a value is made of the pixels around a point
     * @param paddingMode what lies around an image
     * @param paddingValue what constant padding is
     * @param coordinatesMode in what the places are counted
     * @param alignCorners whether −1 (0) and 1 are the middles of the outermost pixels; if not,
     *     their outer edges
     */
    record Resample(
            Tensor x,
            Tensor coordinates,
            SamplingMode samplingMode,
            PaddingMode paddingMode,
            float paddingValue,
            CoordinatesMode coordinatesMode,
            boolean alignCorners)
            implements PointSampling {
        @Override
        public TensorType infer() {
            TensorType type = ImageSampling.requireImages(this);
            OpRule.requireNumber(this, coordinates);
            Shape points = coordinates.shape();
            if (points.rank() != 4 || points.dim(0) != x.dim(0) || points.dim(3) != 2) {
                throw OpRule.shape(
                        this,
                        "images " + x.shape() + " need points [b, h, w, 2], got " + points,
                        "give column and row of each new pixel, for " + x.dim(0) + " images");
            }
            return type.with(type.shape().with(2, points.dim(1)).with(3, points.dim(2)));
        }

        PixelSampler sampler() {
            return new PixelSampler(
                    samplingMode == SamplingMode.NEAREST, paddingMode, paddingValue);
        }

        @Override
        public void evaluate(Evaluation e) {
            sample(this, e.of(x), e.of(coordinates), e.result());
        }

        @Override
        public List<Tensor> decompose() {
            boolean isFloat = coordinates.dtype().isFloat();
            Tensor points = isFloat ? coordinates : coordinates.cast(DType.FLOAT32);
            Tensor values =
                    sampler()
                            .decomposed(
                                    x,
                                    Tensor.arange(x.dim(0)),
                                    places(points, 1, x.dim(2)),
                                    places(points, 0, x.dim(3)));
            return ImageSampling.images(values, points.dim(1), points.dim(2));
        }

        private Tensor places(Tensor points, int which, int n) {
            return points.slice(3, which, which + 1)
                    .reshape(points.dim(0), points.dim(1) * points.dim(2))
                    .mul(coordinatesMode.slope(n, alignCorners))
                    .add(coordinatesMode.offset(n, alignCorners));
        }
    }

    /**
     * Images turned, stretched, slanted and moved by matrices: the pixel at column u and row v,
     * from −1 to 1, is taken from column a₀u + a₁v + a₂ and row b₀u + b₁v + b₂ (Jaderberg et al.,
     * 2015). An axis of one new pixel has it at 0. Core ML takes the operands' one choice of modes.
     *
     * @param x images [b, c, h, w]
     * @param transformMatrix a₀ a₁ a₂ b₀ b₁ b₂ for each image or for all, [b, 6] or [1, 6]
     * @param outputHeight the new height
     * @param outputWidth the new width
     * @param samplingMode bilinear
     * @param paddingMode constant
     * @param paddingValue 0
     * @param coordinatesMode from −1 to 1
     * @param alignCorners true: −1 and 1 are the middles of the outermost pixels
     */
    record Affine(
            Tensor x,
            Tensor transformMatrix,
            int outputHeight,
            int outputWidth,
            SamplingMode samplingMode,
            PaddingMode paddingMode,
            float paddingValue,
            CoordinatesMode coordinatesMode,
            boolean alignCorners)
            implements PointSampling {
        @Override
        public TensorType infer() {
            TensorType type = ImageSampling.requireImages(this);
            OpRule.requireSame(this, x, transformMatrix);
            Shape matrix = transformMatrix.shape();
            boolean fits = matrix.rank() == 2 && matrix.dim(1) == 6;
            if (!fits
                    || matrix.dim(0) != 1 && matrix.dim(0) != x.dim(0)
                    || Math.min(outputHeight, outputWidth) < 1) {
                throw OpRule.shape(
                        this,
                        "cannot make images "
                                + outputHeight
                                + " high and "
                                + outputWidth
                                + " wide of "
                                + x.shape()
                                + " by matrices "
                                + matrix,
                        "give [b, 6] or [1, 6], and sizes of 1 or more");
            }
            boolean isTaken =
                    samplingMode == SamplingMode.BILINEAR
                            && paddingMode == PaddingMode.CONSTANT
                            && paddingValue == 0
                            && coordinatesMode == CoordinatesMode.NORMALIZED_MINUS_ONE_TO_ONE
                            && alignCorners;
            if (!isTaken) {
                throw OpRule.shape(
                        this,
                        "Core ML turns images with bilinear sampling, zeros around them and aligned"
                                + " corners from -1 to 1 only",
                        "compute the points, and resample");
            }
            return type.with(type.shape().with(2, outputHeight).with(3, outputWidth));
        }

        /** Returns column, row and 1 of each new pixel, [3, h'·w']. */
        private double[] pixels() {
            int count = outputHeight * outputWidth;
            double[] all = new double[3 * count];
            for (int i = 0; i < count; i++) {
                all[i] = unit(i % outputWidth, outputWidth);
                all[count + i] = unit(i / outputWidth, outputHeight);
                all[2 * count + i] = 1;
            }
            return all;
        }

        private static double unit(int i, int n) {
            return n == 1 ? 0 : 2.0 * i / (n - 1) - 1;
        }

        private Resample resampled(Tensor points) {
            return new Resample(
                    x,
                    points,
                    samplingMode,
                    paddingMode,
                    paddingValue,
                    coordinatesMode,
                    alignCorners);
        }

        private TensorType points() {
            return transformMatrix.type().with(Shape.shape(x.dim(0), outputHeight, outputWidth, 2));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] pixels = pixels();
            int count = outputHeight * outputWidth;
            double[] matrix = e.of(transformMatrix);
            TensorType type = points();
            double[] points = new double[type.shape().size()];
            for (int i = 0; i < points.length; i++) {
                int of = transformMatrix.dim(0) == 1 ? 0 : i / 2 / count;
                int pixel = i / 2 % count;
                int first = 6 * of + i % 2 * 3;
                points[i] =
                        matrix[first] * pixels[pixel]
                                + matrix[first + 1] * pixels[count + pixel]
                                + matrix[first + 2];
            }
            sample(resampled(Tensor.zeros(type)), e.of(x), points, e.result());
        }

        @Override
        public List<Tensor> decompose() {
            int count = outputHeight * outputWidth;
            int many = transformMatrix.dim(0);
            TensorType type = transformMatrix.type().with(Shape.shape(3, count));
            Tensor points =
                    transformMatrix
                            .reshape(many * 2, 3)
                            .matmul(Tensor.constant(NDArray.of(pixels(), type)))
                            .reshape(many, 2, count)
                            .transpose(0, 2, 1)
                            .broadcastTo(Shape.shape(x.dim(0), count, 2))
                            .reshape(points().shape().toArray());
            return resampled(points).decompose();
        }
    }
}
