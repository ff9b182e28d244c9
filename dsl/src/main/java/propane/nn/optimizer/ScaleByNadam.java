package propane.nn.optimizer;

import propane.nn.Initializers;
import propane.spi.Preconditions;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * With μₜ = β₁·(1 − ½·0.96<sup>t·ψ</sup>), Πₜ the product of all μ up to μₜ, and m, v as Adam's:
 * ((1 − μₜ) / (1 − Πₜ)·u + μₜ₊₁ / (1 − Πₜ₊₁)·m) / (√v̂ + ε) (Dozat, 2016, in PyTorch's form).
 */
record ScaleByNadam(double beta1, double beta2, double epsilon, double momentumDecay)
        implements GradientTransform {
    ScaleByNadam {
        Moments.requireBetas(beta1, beta2);
        Moments.requireEpsilon(epsilon);
        Preconditions.notNegative("momentumDecay: the value", momentumDecay);
    }

    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        Tensor m = Moments.moved(slots, "m", beta1, update);
        Tensor v = Moments.moved(slots, "v", beta2, update.square());
        Tensor step = slots.step();
        Tensor mu = momentum(step);
        Tensor muAfter = momentum(step.add(1));
        Tensor before = slots.slot("mu_product", Shape.shape(1), Initializers.constant(1));
        Tensor product = slots.moved(before, before.mul(mu));
        Tensor ofUpdate = update.mul(share(mu.neg().add(1), product));
        Tensor ofMoment = m.mul(share(muAfter, product.mul(muAfter)));
        Tensor root = v.div(Moments.correction(beta2, step)).sqrt().add(epsilon);
        return ofUpdate.add(ofMoment).div(root);
    }

    private Tensor momentum(Tensor step) {
        Tensor half = step.mul(momentumDecay * Math.log(0.96)).exp().mul(0.5);
        return half.neg().add(1).mul(beta1);
    }

    private static Tensor share(Tensor part, Tensor product) {
        return part.div(product.neg().add(1));
    }
}
