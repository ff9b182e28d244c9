package propane.nn;

import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.stream.IntStream;

/** The arithmetic that normalizing layers share. */
final class Normalized {
    private Normalized() {}

    /** Returns (x − μ) / √(σ² + ε), both taken over some axes. */
    static Tensor over(Tensor x, double epsilon, int... axes) {
        Tensor centred = x.sub(x.meanKeeping(axes));
        Tensor variance = centred.square().meanKeeping(axes);
        return centred.mul(variance.add(epsilon).rsqrt());
    }

    /** Returns a tensor times a gain plus a bias, both weights of a shape that broadcasts. */
    static Tensor gained(Scope scope, Tensor x, Shape weights) {
        Tensor gamma = scope.weight("gamma", weights, Initializer.constant(1));
        Tensor beta = scope.weight("beta", weights, Initializer.zeros());
        return x.mul(gamma).add(beta);
    }

    /** Returns images times a gain plus a bias for each channel. */
    static Tensor gainedByChannel(Scope scope, Tensor x) {
        Shape channels = Shape.shape(x.dim(1));
        Tensor gamma = scope.weight("gamma", channels, Initializer.constant(1));
        Tensor beta = scope.weight("beta", channels, Initializer.zeros());
        return x.mul(PerChannel.of(gamma, x)).add(PerChannel.of(beta, x));
    }

    /** Returns the last axes. */
    static int[] last(int count) {
        return IntStream.rangeClosed(-count, -1).toArray();
    }
}
