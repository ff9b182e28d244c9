package propane.train.step;

import propane.spi.Preconditions;
import propane.tensor.Tensor;

import java.util.List;

/** Making gradients smaller, by their norm (Pascanu et al., 2013) or by their elements. */
final class GradientClipping {
    private static final double EPSILON = 1e-6;

    private GradientClipping() {}

    /** Returns the square root of the sum of squares of all elements, a tensor without axes. */
    static Tensor globalNorm(List<Tensor> gradients) {
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
    static List<Tensor> byGlobalNorm(List<Tensor> gradients, double max) {
        Preconditions.positive("clipByGlobalNorm: the largest norm", max);
        Tensor norm = globalNorm(gradients);
        Tensor scale = Tensor.constant(max).div(norm.add(EPSILON)).minimum(1);
        return gradients.stream().map(gradient -> gradient.mul(scale)).toList();
    }

    /**
     * Returns each gradient on its own scaled to a norm of at most a number.
     *
     * @param max the largest norm, positive
     */
    static List<Tensor> byNorm(List<Tensor> gradients, double max) {
        Preconditions.positive("clipByNorm: the largest norm", max);
        return gradients.stream()
                .map(gradient -> byGlobalNorm(List.of(gradient), max).getFirst())
                .toList();
    }

    /**
     * Returns gradients with every element moved into −max to max.
     *
     * @param max the largest absolute value, positive
     */
    static List<Tensor> byValue(List<Tensor> gradients, double max) {
        Preconditions.positive("clipByValue: the largest absolute value", max);
        return gradients.stream().map(gradient -> gradient.clip(-max, max)).toList();
    }
}
