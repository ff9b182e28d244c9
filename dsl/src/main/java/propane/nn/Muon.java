package propane.nn;

import propane.tensor.Linear;
import propane.tensor.Setting;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

/**
 * Muon (Jordan et al., 2024), for weights of two axes: the momentum m ← μ·m + (1 − μ)·g, or with
 * Nesterov's g + μ·(m − g), is brought near the closest matrix with orthogonal rows or columns by
 * five steps of a Newton–Schulz iteration, X ← a·X + b·(X·Xᵀ)·X + c·(X·Xᵀ)²·X; then w ← w −
 * η·(√max(1, rows / columns)·X + λ·w). Use {@link Optimizers#groups} to give all other weights to
 * another one.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(64).take(64);
 * var model = model(input(64), sequential(dense(32), relu(), dense(10)));
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(groups(muon(0.02).on(matrices()), adamW(1e-2))).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 *
 * @param learningRate η
 * @param momentum μ
 * @param isNesterov whether the momentum is Nesterov's
 * @param decay decay λ apart from the gradient
 * @param isRounded whether the iteration is rounded as bfloat16 is
 */
public record Muon(
        Schedule learningRate, double momentum, boolean isNesterov, Decay decay, boolean isRounded)
        implements Optimizer {
    private static final int STEPS = 5;
    private static final double A = 3.4445;
    private static final double B = -4.775;
    private static final double C = 2.0315;
    private static final double SMALLEST_NORM = 1e-7;

    /** Checks the settings. */
    public Muon {
        Setting.belowOne("muon: momentum", momentum);
    }

    /** Returns this optimizer with momentum μ, from 0 to 1. */
    public Muon momentum(double mu) {
        return new Muon(learningRate, mu, isNesterov, decay, isRounded);
    }

    /** Returns this optimizer with plain momentum. */
    public Muon withoutNesterov() {
        return new Muon(learningRate, momentum, false, decay, isRounded);
    }

    /** Returns this optimizer with a weight decay λ. */
    public Muon weightDecay(double lambda) {
        return new Muon(learningRate, momentum, isNesterov, decay.rate(lambda), isRounded);
    }

    /** Returns this optimizer with decay on some weights only. */
    public Muon decaying(Parameters which) {
        return new Muon(learningRate, momentum, isNesterov, decay.of(which), isRounded);
    }

    /**
     * Returns this optimizer with the iteration rounded to bfloat16's eight significant bits after
     * each product, so that float32 engines get what PyTorch's gets. It is neither faster nor more
     * exact.
     */
    public Muon rounded() {
        return new Muon(learningRate, momentum, isNesterov, decay, true);
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        if (weight.rank() != 2) {
            throw new ShapeException(
                    "muon: updates weights of two axes, "
                            + slots.weight().path()
                            + " is "
                            + weight.shape()
                            + "\n    to mend it: groups(muon(…).on(under(…)), adamW(…)), with those"
                            + " of two axes in the first");
        }
        Tensor m = slots.slot("momentum");
        Tensor next = Moments.running(momentum, m, gradient);
        slots.set(m, next);
        Tensor direction = isNesterov ? gradient.add(next.sub(gradient).mul(momentum)) : next;
        double taller = Math.max(1, (double) weight.dim(0) / weight.dim(1));
        Tensor update = orthogonal(direction).mul(slots.learningRate().mul(Math.sqrt(taller)));
        return decay.decoupled(slots, update, weight);
    }

    private Tensor orthogonal(Tensor matrix) {
        boolean tall = matrix.dim(0) > matrix.dim(1);
        Tensor x = rounded(tall ? matrix.transpose(1, 0) : matrix);
        Tensor norm = rounded(x.square().sum().sqrt());
        x = rounded(x.div(norm.maximum(SMALLEST_NORM)));
        for (int i = 0; i < STEPS; i++) {
            Tensor gram = rounded(Tensor.of(new Linear.Matmul(x, x, false, true)));
            Tensor factor = rounded(gram.mul(B).add(gram.matmul(gram).mul(C)));
            x = rounded(x.mul(A).add(factor.matmul(x)));
        }
        return tall ? x.transpose(1, 0) : x;
    }

    /** Drops the lower 16 bits of float32 by the rounding of a sum (Veltkamp, 1968). */
    private Tensor rounded(Tensor x) {
        if (!isRounded) {
            return x;
        }
        Tensor wide = x.mul(0x1p16 + 1);
        return wide.sub(wide.sub(x));
    }
}
