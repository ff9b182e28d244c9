package propane.nn;

import propane.tensor.Tensor;

import java.util.List;

/** Scaling gradients down by the norm of all of them together (Pascanu et al., 2013). */
public final class GradientClipping {
    private static final double EPSILON = 1e-6;

    private GradientClipping() {}

    /** Returns the square root of the sum of squares of all elements, a tensor without axes. */
    public static Tensor globalNorm(List<Tensor> gradients) {
        return gradients.stream()
                .map(gradient -> gradient.square().sum())
                .reduce(Tensor::add)
                .orElseGet(() -> Tensor.constant(0))
                .sqrt();
    }

    /**
     * Returns gradients scaled by min(1, max / (norm + 10<sup>−6</sup>)).
     *
     * @param max the largest norm, positive
     */
    public static List<Tensor> byGlobalNorm(List<Tensor> gradients, double max) {
        Tensor norm = globalNorm(gradients);
        Tensor scale = Tensor.constant(max).div(norm.add(EPSILON)).minimum(1);
        return gradients.stream().map(gradient -> gradient.mul(scale)).toList();
    }
}
