package propane.spi.op;

import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Ops that cut boxes out of images and bring them to one size. */
public sealed interface CropResizing extends ImageSampling {
    /**
     * Boxes of images, each brought to the same size by straight lines between pixels (He et al.:
     * region-of-interest alignment, 2017). A box reaches from the middle of its first pixel to that
     * of its last; points outside an image have one value.
     *
     * @param x images [b, c, h, w]
     * @param boxes four numbers for each box, [n, 4]
     * @param boxIndices the image of each box, int32 [n], from 0 to b − 1
     * @param targetHeight the new height
     * @param targetWidth the new width
     * @param normalizedCoordinates whether 1 is the last pixel of an axis; if not, boxes are in
     *     pixels
     * @param spatialScale what boxes are multiplied by before
     * @param boxCoordinateMode what the four numbers are
     * @param samplingMode where in a box the new pixels lie
     * @param padValue what lies outside an image
     */
    record CropResize(
            Tensor x,
            Tensor boxes,
            Tensor boxIndices,
            int targetHeight,
            int targetWidth,
            boolean normalizedCoordinates,
            float spatialScale,
            BoxCoordinateMode boxCoordinateMode,
            ImageResizing.SamplingMode samplingMode,
            float padValue)
            implements CropResizing {
        private static final PixelSampler INSIDE = new PixelSampler(false, PaddingMode.BORDER, 0);

        @Override
        public TensorType infer() {
            TensorType type = ImageSampling.requireImages(this);
            OpRule.requireFloat(this, boxes);
            OpRule.requireIndices(this, boxIndices);
            boolean fits = boxes.rank() == 2 && boxes.dim(1) == 4;
            if (!fits
                    || !boxIndices.shape().equals(Shape.shape(boxes.dim(0)))
                    || Math.min(targetHeight, targetWidth) < 1) {
                throw OpRule.shape(
                        this,
                        "cannot make boxes "
                                + boxes.shape()
                                + " of images "
                                + boxIndices.shape()
                                + " "
                                + targetHeight
                                + " high and "
                                + targetWidth
                                + " wide",
                        "give four numbers and one image for each box, and sizes of 1 or more");
            }
            Shape shape = type.shape().with(0, boxes.dim(0));
            return type.with(shape.with(2, targetHeight).with(3, targetWidth));
        }

        /** Returns how far outside a place may seem to lie by rounding, on an axis of n pixels. */
        private static double slack(int n) {
            return 1e-5 * n;
        }

        private static boolean isInside(double place, int n) {
            return place >= -slack(n) && place <= n - 1 + slack(n);
        }

        private static Tensor inside(Tensor places, int n) {
            return places.greaterEqual(-slack(n)).and(places.lessEqual(n - 1 + slack(n)));
        }

        private double scale(int n) {
            return spatialScale * (normalizedCoordinates ? n - 1 : 1);
        }

        /** Returns the part of a box's length that lies before new pixel i of m. */
        private double share(int i, int m) {
            return switch (samplingMode) {
                case DEFAULT -> (double) i / m;
                case STRICT_ALIGN_CORNERS -> m == 1 ? 0 : i / (m - 1.0);
                case ALIGN_CORNERS -> m == 1 ? 0.5 : i / (m - 1.0);
                case UNALIGN_CORNERS, OFFSET_CORNERS -> (i + 0.5) / m;
            };
        }

        /** Returns what is added to that part: boxes of d + 1 pixels are longer than d. */
        private double further(int i, int m) {
            return switch (samplingMode) {
                case DEFAULT -> (double) i / m;
                case UNALIGN_CORNERS -> (i + 0.5) / m - 0.5;
                case STRICT_ALIGN_CORNERS, ALIGN_CORNERS, OFFSET_CORNERS -> 0;
            };
        }

        private double place(double[] box, int first, int axis, int i, int m) {
            int at = first + boxCoordinateMode.first(axis);
            double scale = scale(x.dim(2 + axis));
            double start = box[at] * scale;
            double length = box[at + 2] * scale;
            if (boxCoordinateMode.isCentre()) {
                start -= length / 2;
            } else {
                length -= start;
            }
            boolean isLong = samplingMode == ImageResizing.SamplingMode.OFFSET_CORNERS;
            double walked = (isLong ? Math.max(1, length) : length) * share(i, m) + further(i, m);
            return start + Math.clamp(walked, Math.min(0, length), Math.max(0, length));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] box = e.of(boxes);
            double[] images = e.of(boxIndices);
            double[] out = e.result();
            int h = x.dim(2);
            int w = x.dim(3);
            for (int i = 0; i < out.length; i++) {
                int plane = i / targetWidth / targetHeight;
                int of = plane / x.dim(1);
                double row = place(box, 4 * of, 0, i / targetWidth % targetHeight, targetHeight);
                double column = place(box, 4 * of, 1, i % targetWidth, targetWidth);
                int image = (int) images[of];
                if (!isInside(row, h) || !isInside(column, w)) {
                    out[i] = padValue;
                } else if (image < 0 || image >= x.dim(0)) {
                    out[i] = 0;
                } else {
                    int first = (image * x.dim(1) + plane % x.dim(1)) * h * w;
                    out[i] = INSIDE.at(in, first, h, w, row, column);
                }
            }
        }

        /** Returns where the new rows (axis 0) or columns (axis 1) lie, [n, m]. */
        private Tensor places(int axis, int m) {
            int at = boxCoordinateMode.first(axis);
            double scale = scale(x.dim(2 + axis));
            Tensor start = boxes.slice(1, at, at + 1).mul(scale);
            Tensor length = boxes.slice(1, at + 2, at + 3).mul(scale);
            if (boxCoordinateMode.isCentre()) {
                start = start.sub(length.mul(0.5));
            } else {
                length = length.sub(start);
            }
            double[] shares = new double[m];
            double[] more = new double[m];
            for (int i = 0; i < m; i++) {
                shares[i] = share(i, m);
                more[i] = further(i, m);
            }
            TensorType type = boxes.type().with(Shape.shape(1, m));
            boolean isLong = samplingMode == ImageResizing.SamplingMode.OFFSET_CORNERS;
            Tensor walked =
                    (isLong ? length.maximum(1) : length)
                            .mul(Tensor.constant(NDArray.of(shares, type)))
                            .add(Tensor.constant(NDArray.of(more, type)));
            return start.add(walked.maximum(length.minimum(0)).minimum(length.maximum(0)));
        }

        @Override
        public List<Tensor> decompose() {
            int many = boxes.dim(0);
            int count = targetHeight * targetWidth;
            Shape grid = Shape.shape(many, targetHeight, targetWidth);
            Tensor rows =
                    places(0, targetHeight).expandDims(2).broadcastTo(grid).reshape(many, count);
            Tensor columns =
                    places(1, targetWidth).expandDims(1).broadcastTo(grid).reshape(many, count);
            Tensor values = INSIDE.decomposed(x, boxIndices, rows, columns).transpose(0, 2, 1);
            Tensor inside = inside(rows, x.dim(2)).and(inside(columns, x.dim(3)));
            Tensor chosen = PixelSampler.chosen(inside, values, padValue).transpose(0, 2, 1);
            return ImageSampling.images(chosen, targetHeight, targetWidth);
        }
    }
}
