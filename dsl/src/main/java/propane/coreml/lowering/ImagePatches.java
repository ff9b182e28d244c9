package propane.coreml.lowering;

import propane.spi.op.Linear;
import propane.spi.op.Window;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions over patches (im2col; Chellapilla et al., 2006) of {@link TransposedImages}: rows of
 * the result are the batch of one product, [h, groups, patch, w·n], the patch never last.
 */
final class ImagePatches {
    private final Shape kernels;
    private final int groups;
    private final TransposedImages images;
    private final int each;
    private final int[] places;

    /**
     * Makes patches.
     *
     * @param window the windows, over one or two axes
     * @param image the images' shape [n, c, spatial…]
     * @param kernels the kernels' shape [out, c / groups, kernel…]
     * @param groups the number of groups
     */
    ImagePatches(Window window, Shape image, Shape kernels, int groups) {
        this.kernels = kernels;
        this.groups = groups;
        this.images = new TransposedImages(window, image);
        this.each = images.channels() / groups;
        this.places = images.places();
    }

    /** Returns the convolution [n, out, places…]. */
    Tensor convolved(Tensor x, Tensor weight) {
        Tensor product = matrix(weight).matmul(of(x));
        Tensor transposed =
                product.reshape(places[0], kernels.dim(0), places[1], images.n())
                        .transpose(TransposedImages.BACK);
        return transposed.reshape(result().toArray());
    }

    /** Returns the gradient of the images [n, c, spatial…] for that of the places. */
    Tensor transposed(Tensor gradient, Tensor weight) {
        Tensor product =
                Tensor.of(new Linear.Matmul(matrix(weight), products(gradient), true, false));
        Tensor patches =
                product.reshape(
                        places[0], groups, images.windowSize() * each, places[1] * images.n());
        var sums = new ArrayList<Tensor>();
        for (int i = 0; i < images.windowSize(); i++) {
            Tensor part = patches.slice(2, i * each, (i + 1) * each);
            sums.add(
                    images.spread(
                            part.reshape(places[0], images.channels(), places[1], images.n()), i));
        }
        Tensor sum = sums.getFirst();
        for (Tensor more : sums.subList(1, sums.size())) {
            sum = sum.add(more);
        }
        return images.back(sum);
    }

    /** Returns the gradient of the kernels. */
    Tensor kernelGradient(Tensor x, Tensor gradient) {
        Tensor product =
                Tensor.of(new Linear.Matmul(products(gradient), of(x), false, true)).sum(0);
        int[] kernel = images.kernel();
        return product.reshape(kernels.dim(0), kernel[0], kernel[1], each)
                .transpose(0, 3, 1, 2)
                .reshape(kernels.toArray());
    }

    private Shape result() {
        var dims = new ArrayList<>(List.of(images.n(), kernels.dim(0)));
        if (kernels.rank() == 4) {
            dims.add(places[0]);
        }
        dims.add(places[1]);
        return new Shape(dims);
    }

    /** Kernels [out, c / groups, kernel…] as [1, groups, out / groups, patch]. */
    private Tensor matrix(Tensor weight) {
        int out = kernels.dim(0);
        int[] kernel = images.kernel();
        return weight.reshape(out, each, kernel[0], kernel[1])
                .transpose(0, 2, 3, 1)
                .reshape(1, groups, out / groups, images.windowSize() * each);
    }

    /** A gradient [n, out, places…] as [h, groups, out / groups, w·n]. */
    private Tensor products(Tensor gradient) {
        return images.turnedPlaces(gradient)
                .reshape(places[0], groups, kernels.dim(0) / groups, places[1] * images.n());
    }

    /** The patches of images, [h, groups, patch, w·n]. */
    private Tensor of(Tensor x) {
        Tensor padded = images.padded(x, 0);
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i < images.windowSize(); i++) {
            parts.add(
                    images.cut(padded, i).reshape(places[0], groups, each, places[1] * images.n()));
        }
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(2, parts);
    }
}
