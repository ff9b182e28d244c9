package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Values of images at points that need not be the middle of a pixel, in doubles and decomposed in
 * tensors.
 *
 * @param isNearest whether the nearest pixel is taken, not what lies on straight lines between four
 * @param padding what lies around an image
 * @param value what constant padding is
 */
record PixelSampler(boolean isNearest, ImageSampling.PaddingMode padding, double value) {
    /** Brings a place on an axis of {@code n} pixels to where the padding takes its values from. */
    private double placed(double at, int n) {
        return switch (padding) {
            // Farther out all is padding, too.
            case CONSTANT -> Math.clamp(at, -1.0, n);
            case BORDER -> Math.clamp(at, 0.0, n - 1.0);
            case REFLECTION -> {
                double turn = 2.0 * Math.max(1, n - 1);
                double rest = Math.abs(at) % turn;
                yield Math.min(Math.min(rest, turn - rest), n - 1);
            }
            case SYMMETRIC -> {
                double rest = Math.abs(at + 0.5) % (2.0 * n);
                yield Math.clamp(Math.min(rest, 2.0 * n - rest) - 0.5, 0.0, n - 1.0);
            }
        };
    }

    private Tensor placed(Tensor at, int n) {
        return switch (padding) {
            case CONSTANT -> at.clip(-1, n);
            case BORDER -> at.clip(0, n - 1);
            case REFLECTION -> {
                double turn = 2.0 * Math.max(1, n - 1);
                Tensor rest = at.abs().mod(turn);
                yield rest.minimum(rest.neg().add(turn)).minimum(n - 1);
            }
            case SYMMETRIC -> {
                Tensor rest = at.add(0.5).abs().mod(2.0 * n);
                yield rest.minimum(rest.neg().add(2.0 * n)).sub(0.5).clip(0, n - 1);
            }
        };
    }

    /** Returns the value at a point of the plane of {@code h} rows that begins at an index. */
    double at(double[] x, int first, int h, int w, double row, double column) {
        double r = placed(row, h);
        double c = placed(column, w);
        if (isNearest) {
            return pixel(x, first, h, w, (int) Math.rint(r), (int) Math.rint(c));
        }
        int above = (int) Math.floor(r);
        int left = (int) Math.floor(c);
        double down = r - above;
        double along = c - left;
        double upper =
                (1 - along) * pixel(x, first, h, w, above, left)
                        + along * pixel(x, first, h, w, above, left + 1);
        double lower =
                (1 - along) * pixel(x, first, h, w, above + 1, left)
                        + along * pixel(x, first, h, w, above + 1, left + 1);
        return (1 - down) * upper + down * lower;
    }

    private double pixel(double[] x, int first, int h, int w, int row, int column) {
        boolean isInside = row >= 0 && row < h && column >= 0 && column < w;
        if (!isInside && padding == ImageSampling.PaddingMode.CONSTANT) {
            return value;
        }
        return x[first + Math.clamp(row, 0, h - 1) * w + Math.clamp(column, 0, w - 1)];
    }

    /**
     * Returns the values at points.
     *
     * @param x images [b, c, h, w]
     * @param images which image each row of points is of, int32 [n]
     * @param rows where the points lie, [n, p], fractions
     * @param columns likewise
     * @return [n, c, p]
     */
    Tensor decomposed(Tensor x, Tensor images, Tensor rows, Tensor columns) {
        int h = x.dim(2);
        int w = x.dim(3);
        Tensor r = placed(rows, h);
        Tensor c = placed(columns, w);
        Tensor above = isNearest ? r.round() : r.floor();
        Tensor left = isNearest ? c.round() : c.floor();
        Tensor down = r.sub(above);
        Tensor along = c.sub(left);
        Tensor first = images.mul(h * w).reshape(images.dim(0), 1);
        Tensor pixels = x.transpose(0, 2, 3, 1).reshape(x.dim(0) * h * w, x.dim(1));
        Tensor sum = pixels(pixels, first, above, left, h, w);
        if (!isNearest) {
            Tensor up = down.neg().add(1);
            Tensor back = along.neg().add(1);
            Tensor right = left.add(1);
            Tensor below = above.add(1);
            sum = weighted(sum, up.mul(back));
            sum = sum.add(weighted(pixels(pixels, first, above, right, h, w), up.mul(along)));
            sum = sum.add(weighted(pixels(pixels, first, below, left, h, w), down.mul(back)));
            sum = sum.add(weighted(pixels(pixels, first, below, right, h, w), down.mul(along)));
        }
        return sum.transpose(0, 2, 1);
    }

    private static Tensor weighted(Tensor values, Tensor weights) {
        return values.mul(weights.cast(values.dtype()).expandDims(-1));
    }

    /** Returns the pixels in rows and columns that are whole numbers, [n, p, c]. */
    private Tensor pixels(Tensor pixels, Tensor first, Tensor rows, Tensor columns, int h, int w) {
        Tensor row = rows.clip(0, h - 1).cast(DType.INT32);
        Tensor column = columns.clip(0, w - 1).cast(DType.INT32);
        Tensor found = pixels.gather(row.mul(w).add(column).add(first));
        if (padding != ImageSampling.PaddingMode.CONSTANT) {
            return found;
        }
        Tensor inside = inside(rows, h).and(inside(columns, w));
        return chosen(inside, found, value);
    }

    private static Tensor inside(Tensor places, int n) {
        return places.greaterEqual(0).and(places.lessEqual(n - 1));
    }

    /** Returns values [n, p, c] where [n, p] is true, a number elsewhere. */
    static Tensor chosen(Tensor where, Tensor values, double other) {
        Tensor number = Tensor.full(values.type().with(Shape.shape()), other);
        return where.expandDims(-1).where(values, number);
    }
}
