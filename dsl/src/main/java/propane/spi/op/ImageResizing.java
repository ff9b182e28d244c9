package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * Ops that make images larger or smaller: each new element of an axis is one element of it, or lies
 * on the straight line between two that are neighbours; several axes are done one after another.
 * Spatial axes are the last ones.
 */
public sealed interface ImageResizing extends Op {
    /** Returns the images. */
    Tensor x();

    /** Returns for each of the last axes where its new elements are taken from. */
    List<ResizedAxis> resized();

    /** Where along an axis of {@code n} elements the new {@code m} ones lie, from 0 to n − 1. */
    enum SamplingMode implements MilEnum {
        /** Element i lies at i · n / m. */
        DEFAULT,
        /** The first and last elements stay where they are; a single one is the first. */
        STRICT_ALIGN_CORNERS,
        /** The first and last elements stay where they are; a single one lies in the middle. */
        ALIGN_CORNERS,
        /** Element i lies at (i + ½) · n / m − ½: elements are areas, whose outer edges stay. */
        UNALIGN_CORNERS,
        /** Element i lies at (i + ½) · max(1, n − 1) / m. */
        OFFSET_CORNERS;

        @Override
        public String mil() {
            return name();
        }
    }

    /** How an element is made of those around it. */
    enum InterpolationMode implements MilEnum {
        /** On the straight line between two neighbours. */
        LINEAR,
        /** One element as it is: the one at i · n / m, rounded down. */
        NEAREST_NEIGHBOR;

        @Override
        public String mil() {
            return name();
        }
    }

    @Override
    default TensorType infer() {
        TensorType type = OpRule.requireFloat(this, x());
        var axes = resized();
        int first = type.shape().rank() - axes.size();
        Shape shape = type.shape();
        for (int i = 0; i < axes.size(); i++) {
            shape = shape.with(first + i, axes.get(i).places());
        }
        return type.with(shape);
    }

    @Override
    default void vjp(Adjoint a) {
        a.accumulate(
                x(),
                () -> {
                    Tensor g = a.gradient();
                    var axes = resized();
                    for (int i = 0; i < axes.size(); i++) {
                        g = axes.get(i).gathered(g, g.rank() - axes.size() + i);
                    }
                    return g;
                });
    }

    @Override
    default void evaluate(Evaluation e) {
        double[] values = e.of(x());
        var axes = resized();
        int[] dims = x().shape().toArray();
        for (int i = 0; i < axes.size(); i++) {
            int axis = dims.length - axes.size() + i;
            values = axes.get(i).spread(values, dims, axis);
            dims[axis] = axes.get(i).places();
        }
        System.arraycopy(values, 0, e.result(), 0, values.length);
    }

    /** Requires images and returns their heights and widths in another size. */
    private static List<ResizedAxis> sized(
            ImageResizing op, long height, long width, InterpolationMode how, SamplingMode where) {
        Shape shape = op.x().shape();
        boolean fits = shape.rank() >= 3 && shape.dim(-2) > 0 && shape.dim(-1) > 0;
        fits = fits && height > 0 && width > 0;
        if (!fits || height > Integer.MAX_VALUE || width > Integer.MAX_VALUE) {
            throw OpRule.shape(
                    op,
                    "cannot make " + shape + " " + height + " high and " + width + " wide",
                    "give images [..., h, w] of three axes or more, and sizes of 1 or more");
        }
        return List.of(
                new ResizedAxis(shape.dim(-2), (int) height, how, where),
                new ResizedAxis(shape.dim(-1), (int) width, how, where));
    }

    /**
     * Images made larger by whole factors: each element is repeated.
     *
     * @param x images [..., h, w]
     * @param scaleFactorHeight how many times higher
     * @param scaleFactorWidth how many times wider
     */
    record UpsampleNearestNeighbor(Tensor x, int scaleFactorHeight, int scaleFactorWidth)
            implements ImageResizing {
        @Override
        public List<ResizedAxis> resized() {
            return sized(
                    this,
                    (long) x.dim(-2) * scaleFactorHeight,
                    (long) x.dim(-1) * scaleFactorWidth,
                    InterpolationMode.NEAREST_NEIGHBOR,
                    SamplingMode.DEFAULT);
        }
    }

    /**
     * Images made larger by whole factors, by straight lines between elements.
     *
     * @param x images [..., h, w]
     * @param scaleFactorHeight how many times higher
     * @param scaleFactorWidth how many times wider
     * @param alignCorners whether the corners' elements stay at the corners; if not, elements are
     *     areas whose outer edges stay
     */
    record UpsampleBilinear(
            Tensor x, int scaleFactorHeight, int scaleFactorWidth, boolean alignCorners)
            implements ImageResizing {
        @Override
        public List<ResizedAxis> resized() {
            return sized(
                    this,
                    (long) x.dim(-2) * scaleFactorHeight,
                    (long) x.dim(-1) * scaleFactorWidth,
                    InterpolationMode.LINEAR,
                    alignCorners
                            ? SamplingMode.STRICT_ALIGN_CORNERS
                            : SamplingMode.UNALIGN_CORNERS);
        }
    }

    /**
     * Images of another size; each element is one of the old.
     *
     * @param x images [..., h, w]
     * @param targetSizeHeight the new height
     * @param targetSizeWidth the new width
     */
    record ResizeNearestNeighbor(Tensor x, int targetSizeHeight, int targetSizeWidth)
            implements ImageResizing {
        @Override
        public List<ResizedAxis> resized() {
            return sized(
                    this,
                    targetSizeHeight,
                    targetSizeWidth,
                    InterpolationMode.NEAREST_NEIGHBOR,
                    SamplingMode.DEFAULT);
        }
    }

    /**
     * Images of another size, by straight lines between elements.
     *
     * @param x images [..., h, w]
     * @param targetSizeHeight the new height
     * @param targetSizeWidth the new width
     * @param samplingMode where the new elements lie
     */
    record ResizeBilinear(
            Tensor x, int targetSizeHeight, int targetSizeWidth, SamplingMode samplingMode)
            implements ImageResizing {
        @Override
        public List<ResizedAxis> resized() {
            return sized(
                    this,
                    targetSizeHeight,
                    targetSizeWidth,
                    InterpolationMode.LINEAR,
                    samplingMode);
        }
    }

    /**
     * The last axes in other lengths.
     *
     * @param x the operand
     * @param shape lengths, of which the last ones count; 0 keeps a length
     * @param resizedDims how many of the last axes change
     * @param interpolationMode how an element is made; whole elements need the default sampling
     * @param samplingMode where the new elements lie
     */
    record Resize(
            Tensor x,
            List<Integer> shape,
            int resizedDims,
            InterpolationMode interpolationMode,
            SamplingMode samplingMode)
            implements ImageResizing {
        @Override
        public List<ResizedAxis> resized() {
            boolean isWhole = interpolationMode == InterpolationMode.NEAREST_NEIGHBOR;
            boolean fits = resizedDims >= 0 && resizedDims <= shape.size();
            fits = fits && shape.size() <= x.rank() && shape.stream().allMatch(n -> n >= 0);
            if (!fits || isWhole && samplingMode != SamplingMode.DEFAULT) {
                throw OpRule.shape(
                        this,
                        "cannot give the last " + resizedDims + " axes lengths of " + shape,
                        "give as many lengths as axes change, and whole elements no sampling mode");
            }
            var axes = new ArrayList<ResizedAxis>();
            for (int i = -resizedDims; i < 0; i++) {
                int asked = shape.get(shape.size() + i);
                int length = x.dim(i);
                int places = asked == 0 ? length : asked;
                if (length == 0 && places > 0) {
                    throw OpRule.shape(this, "an axis of nothing cannot grow", "keep it with 0");
                }
                axes.add(new ResizedAxis(length, places, interpolationMode, samplingMode));
            }
            return axes;
        }
    }
}
