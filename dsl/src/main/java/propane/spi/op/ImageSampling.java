package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.Locale;

/**
 * Ops that read images at points which a program computes; gradients flow to the images and to the
 * points. Pixel 0 lies at 0, the last one of n at n − 1.
 */
public sealed interface ImageSampling extends Op, Decomposable permits CropResizing, PointSampling {
    /** Returns the images [b, c, h, w]. */
    Tensor x();

    /** How a value is made of the pixels around a point. */
    enum SamplingMode implements MilEnum {
        /** On the straight lines between the four pixels around it. */
        BILINEAR,
        /** The nearest pixel; halfway between two, the even one. */
        NEAREST;

        @Override
        public String mil() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What lies around an image of the pixels 1 2 3. */
    enum PaddingMode implements MilEnum {
        /** One value: 0 0 1 2 3 0 0. */
        CONSTANT,
        /** The outermost pixels: 1 1 1 2 3 3 3. */
        BORDER,
        /** The image mirrored in the middle of its outermost pixels: 3 2 1 2 3 2 1. */
        REFLECTION,
        /** The image mirrored in its edges: 2 1 1 2 3 3 2. */
        SYMMETRIC;

        @Override
        public String mil() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** In what the places along an axis are counted. */
    enum CoordinatesMode implements MilEnum {
        /** In pixels, from 0 to n − 1. */
        UNNORMALIZED,
        /** From −1 to 1. */
        NORMALIZED_MINUS_ONE_TO_ONE,
        /** From 0 to 1. */
        NORMALIZED_ZERO_TO_ONE;

        @Override
        public String mil() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns how many pixels one unit is. */
        double slope(int n, boolean alignCorners) {
            int length = alignCorners ? n - 1 : n;
            return switch (this) {
                case UNNORMALIZED -> 1;
                case NORMALIZED_MINUS_ONE_TO_ONE -> length / 2.0;
                case NORMALIZED_ZERO_TO_ONE -> length;
            };
        }

        /** Returns at which pixel 0 lies. */
        double offset(int n, boolean alignCorners) {
            return switch (this) {
                case UNNORMALIZED -> 0;
                case NORMALIZED_MINUS_ONE_TO_ONE -> (n - 1) / 2.0;
                case NORMALIZED_ZERO_TO_ONE -> alignCorners ? 0 : -0.5;
            };
        }
    }

    /** What the four numbers of a box are. */
    enum BoxCoordinateMode implements MilEnum {
        /** First row, first column, last row, last column. */
        CORNERS_HEIGHT_FIRST,
        /** First column, first row, last column, last row. */
        CORNERS_WIDTH_FIRST,
        /** Row and column of the middle, height, width. */
        CENTER_SIZE_HEIGHT_FIRST,
        /** Column and row of the middle, width, height. */
        CENTER_SIZE_WIDTH_FIRST;

        @Override
        public String mil() {
            return name();
        }

        boolean isCentre() {
            return this == CENTER_SIZE_HEIGHT_FIRST || this == CENTER_SIZE_WIDTH_FIRST;
        }

        /** Returns where the first number of rows (axis 0) or columns (axis 1) stands. */
        int first(int axis) {
            boolean isHeightFirst =
                    this == CORNERS_HEIGHT_FIRST || this == CENTER_SIZE_HEIGHT_FIRST;
            return isHeightFirst ? axis : 1 - axis;
        }
    }

    @Override
    default void vjp(Adjoint a) {
        // The decomposition's own: scattered to pixels, and the slopes between them to points.
        a.pullback(this);
    }

    /** Requires images that have pixels. */
    static TensorType requireImages(ImageSampling op) {
        TensorType type = OpRule.requireFloat(op, op.x());
        Shape shape = type.shape();
        if (shape.rank() != 4 || shape.dim(2) == 0 || shape.dim(3) == 0) {
            throw OpRule.shape(
                    op,
                    "needs images [b, c, h, w] of one pixel or more, got " + shape,
                    "reshape them to four axes");
        }
        return type;
    }

    /** Returns the values [n, c, p] of points as images [n, c, h, w]. */
    static List<Tensor> images(Tensor values, int h, int w) {
        return List.of(values.reshape(values.dim(0), values.dim(1), h, w));
    }
}
