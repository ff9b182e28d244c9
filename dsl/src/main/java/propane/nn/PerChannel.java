package propane.nn;

import propane.tensor.Tensor;

import java.util.Arrays;

/** Numbers of which there is one a channel, beside images [n, channels, spatial…]. */
final class PerChannel {
    private PerChannel() {}

    /** Returns a vector [channels] in a shape that broadcasts over images. */
    static Tensor of(Tensor vector, Tensor images) {
        int[] dims = new int[images.rank()];
        Arrays.fill(dims, 1);
        dims[1] = vector.dim(0);
        return vector.reshape(dims);
    }
}
