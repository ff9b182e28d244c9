package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.WeightFilters;
import propane.nn.schedule.Schedule;
import propane.spi.Preconditions;

import java.util.List;

/**
 * The built-in optimizers in the order of their complexity; settings not named are PyTorch's
 * defaults. What several of a family have is set after the factory's call, {@code
 * adam(0.1).betas(0.9, 0.99)}; what one alone has is given to its factory, {@code nadam(0.1,
 * 0.01)}. Each is a {@link #chain} of parts that {@link GradientTransforms} makes.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var all =
 *         List.of(
 *                 sgd(0.05),
 *                 sgd(0.05).momentum(0.9).nesterov(true),
 *                 lars(0.1),
 *                 lion(0.05),
 *                 adagrad(0.5),
 *                 rmsprop(0.05).centered(true),
 *                 adadelta(1),
 *                 adam(0.1).betas(0.9, 0.99),
 *                 adamW(cosineDecay(0.1, 50)).weightDecay(0.1).decayMask(matrices()),
 *                 amsgrad(0.1),
 *                 adamax(0.1),
 *                 lamb(0.1),
 *                 nadam(0.1),
 *                 radam(0.1),
 *                 adafactor(0.1),
 *                 paramGroups(muon(0.02).paramGroup(matrices()), adamW(0.1)));
 * for (Optimizer each : all) {
 *     var training = training(model(input(1), dense(1))).loss(meanSquaredError());
 *     try (var trainer = training.optimizer(each).batch(4).seed(1).compile()) {
 *         trainer.fit(line, epochs(50));
 *         System.out.println(each.kind() + ": " + trainer.evaluate(line));
 *     }
 * }
 * }
 */
public final class Optimizers {
    private Optimizers() {}

    /** Returns stochastic gradient descent, without momentum by default. */
    public static MomentumOptimizer sgd(double learningRate) {
        return sgd(ScaleByLearningRate.rate("sgd", learningRate));
    }

    /** {@link #sgd(double)} with a learning rate by a schedule. */
    public static MomentumOptimizer sgd(Schedule learningRate) {
        return new MomentumOptimizer(
                Hyperparameters.of(learningRate), new MomentumOptimizer.Sgd(0));
    }

    /**
     * Returns stochastic gradient descent with a momentum that is dampened.
     *
     * @param learningRate η, 0 or more
     * @param momentum μ, from 0 up to 1; 0 for none
     * @param dampening τ, from 0 to 1, the share of each gradient but the first that is kept out of
     *     the momentum; 0 by default
     */
    public static MomentumOptimizer sgd(double learningRate, double momentum, double dampening) {
        return sgd(ScaleByLearningRate.rate("sgd", learningRate), momentum, dampening);
    }

    /** {@link #sgd(double, double, double)} with a learning rate by a schedule. */
    public static MomentumOptimizer sgd(Schedule learningRate, double momentum, double dampening) {
        return new MomentumOptimizer(
                Hyperparameters.of(learningRate).momentum(Moments.momentum(momentum), false),
                new MomentumOptimizer.Sgd(dampening));
    }

    /** Returns LARS with momentum 0.9 and κ = 0.001. */
    public static MomentumOptimizer lars(double learningRate) {
        return lars(ScaleByLearningRate.rate("lars", learningRate));
    }

    /** {@link #lars(double)} with a learning rate by a schedule. */
    public static MomentumOptimizer lars(Schedule learningRate) {
        return lars(learningRate, 1e-3, WeightFilters.all());
    }

    /**
     * Returns LARS with momentum 0.9 whose rates are scaled by another κ, or for some weights only.
     *
     * @param learningRate η, 0 or more
     * @param trustCoefficient κ, above 0; 0.001 by default
     * @param trustMask the weights whose rate is scaled, such as matrices; all by default
     */
    public static MomentumOptimizer lars(
            double learningRate, double trustCoefficient, WeightFilter trustMask) {
        return lars(ScaleByLearningRate.rate("lars", learningRate), trustCoefficient, trustMask);
    }

    /** {@link #lars(double, double, WeightFilter)} with a learning rate by a schedule. */
    public static MomentumOptimizer lars(
            Schedule learningRate, double trustCoefficient, WeightFilter trustMask) {
        return new MomentumOptimizer(
                Hyperparameters.of(learningRate).momentum(Moments.momentum(0.9), false),
                new MomentumOptimizer.Lars(trustCoefficient, trustMask));
    }

    /** Returns Lion with β₁ = 0.9, β₂ = 0.99; decay is decoupled, 0 by default. */
    public static LionOptimizer lion(double learningRate) {
        return lion(ScaleByLearningRate.rate("lion", learningRate));
    }

    /** {@link #lion(double)} with a learning rate by a schedule. */
    public static LionOptimizer lion(Schedule learningRate) {
        return new LionOptimizer(Hyperparameters.of(learningRate), new LionOptimizer.Lion())
                .betas(0.9, 0.99)
                .decoupledWeightDecay(true);
    }

    /** Returns Adagrad with ε = 10⁻¹⁰. */
    public static AdaptiveOptimizer adagrad(double learningRate) {
        return adagrad(ScaleByLearningRate.rate("adagrad", learningRate));
    }

    /** {@link #adagrad(double)} with a learning rate by a schedule. */
    public static AdaptiveOptimizer adagrad(Schedule learningRate) {
        return adagrad(learningRate, 0);
    }

    /**
     * Returns Adagrad with sums of squares that start at a number.
     *
     * @param learningRate η, 0 or more
     * @param initialAccumulatorValue the sums of squares before the first step, 0 or more; 0 by
     *     default
     */
    public static AdaptiveOptimizer adagrad(double learningRate, double initialAccumulatorValue) {
        return adagrad(ScaleByLearningRate.rate("adagrad", learningRate), initialAccumulatorValue);
    }

    /** {@link #adagrad(double, double)} with a learning rate by a schedule. */
    public static AdaptiveOptimizer adagrad(Schedule learningRate, double initialAccumulatorValue) {
        return new AdaptiveOptimizer(
                Hyperparameters.of(learningRate).epsilon(1e-10),
                new AdaptiveOptimizer.Adagrad(initialAccumulatorValue));
    }

    /** Returns RMSprop with α = 0.99, ε = 10⁻⁸, no momentum. */
    public static RmspropOptimizer rmsprop(double learningRate) {
        return rmsprop(ScaleByLearningRate.rate("rmsprop", learningRate));
    }

    /** {@link #rmsprop(double)} with a learning rate by a schedule. */
    public static RmspropOptimizer rmsprop(Schedule learningRate) {
        return new RmspropOptimizer(
                Hyperparameters.of(learningRate).epsilon(1e-8),
                new RmspropOptimizer.Rmsprop(0.99, false));
    }

    /** Returns Adadelta with ρ = 0.9, ε = 10⁻⁶; a learning rate of 1 is usual. */
    public static AdaptiveOptimizer adadelta(double learningRate) {
        return adadelta(ScaleByLearningRate.rate("adadelta", learningRate));
    }

    /** {@link #adadelta(double)} with a learning rate by a schedule. */
    public static AdaptiveOptimizer adadelta(Schedule learningRate) {
        return adadelta(learningRate, 0.9);
    }

    /**
     * Returns Adadelta with another decay rate of the squares.
     *
     * @param learningRate η, 0 or more
     * @param rho ρ, from 0 up to 1; 0.9 by default
     */
    public static AdaptiveOptimizer adadelta(double learningRate, double rho) {
        return adadelta(ScaleByLearningRate.rate("adadelta", learningRate), rho);
    }

    /** {@link #adadelta(double, double)} with a learning rate by a schedule. */
    public static AdaptiveOptimizer adadelta(Schedule learningRate, double rho) {
        return new AdaptiveOptimizer(
                Hyperparameters.of(learningRate).epsilon(1e-6),
                new AdaptiveOptimizer.Adadelta(rho));
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 by default. */
    public static AdamOptimizer adam(double learningRate) {
        return adam(ScaleByLearningRate.rate("adam", learningRate));
    }

    /** {@link #adam(double)} with a learning rate by a schedule. */
    public static AdamOptimizer adam(Schedule learningRate) {
        return new AdamOptimizer(moments(learningRate, 1e-8), new AdamOptimizer.Adam(false));
    }

    /** Returns Adam with decoupled decay, 0.01 by default. */
    public static AdamOptimizer adamW(double learningRate) {
        return adamW(ScaleByLearningRate.rate("adamW", learningRate));
    }

    /** {@link #adamW(double)} with a learning rate by a schedule. */
    public static AdamOptimizer adamW(Schedule learningRate) {
        return adam(learningRate).weightDecay(0.01).decoupledWeightDecay(true);
    }

    /** Returns Adam that divides by the largest second moment so far. */
    public static AdamOptimizer amsgrad(double learningRate) {
        return amsgrad(ScaleByLearningRate.rate("amsgrad", learningRate));
    }

    /** {@link #amsgrad(double)} with a learning rate by a schedule. */
    public static AdamOptimizer amsgrad(Schedule learningRate) {
        return new AdamOptimizer(moments(learningRate, 1e-8), new AdamOptimizer.Adam(true));
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static AdamOptimizer adamax(double learningRate) {
        return adamax(ScaleByLearningRate.rate("adamax", learningRate));
    }

    /** {@link #adamax(double)} with a learning rate by a schedule. */
    public static AdamOptimizer adamax(Schedule learningRate) {
        return new AdamOptimizer(moments(learningRate, 1e-8), new AdamOptimizer.Adamax());
    }

    /** Returns LAMB with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁶; decay is 0 by default. */
    public static AdamOptimizer lamb(double learningRate) {
        return lamb(ScaleByLearningRate.rate("lamb", learningRate));
    }

    /** {@link #lamb(double)} with a learning rate by a schedule. */
    public static AdamOptimizer lamb(Schedule learningRate) {
        return lamb(learningRate, WeightFilters.all());
    }

    /**
     * Returns LAMB with steps scaled for some weights only, such as matrices.
     *
     * @param learningRate η, 0 or more
     * @param trustMask the weights whose steps are scaled; all by default
     */
    public static AdamOptimizer lamb(double learningRate, WeightFilter trustMask) {
        return lamb(ScaleByLearningRate.rate("lamb", learningRate), trustMask);
    }

    /** {@link #lamb(double, WeightFilter)} with a learning rate by a schedule. */
    public static AdamOptimizer lamb(Schedule learningRate, WeightFilter trustMask) {
        return new AdamOptimizer(moments(learningRate, 1e-6), new AdamOptimizer.Lamb(trustMask));
    }

    /** Returns NAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, ψ = 0.004. */
    public static AdamOptimizer nadam(double learningRate) {
        return nadam(ScaleByLearningRate.rate("nadam", learningRate));
    }

    /** {@link #nadam(double)} with a learning rate by a schedule. */
    public static AdamOptimizer nadam(Schedule learningRate) {
        return nadam(learningRate, 0.004);
    }

    /**
     * Returns NAdam with another growth of its momentum.
     *
     * @param learningRate η, 0 or more
     * @param momentumDecay ψ, 0 or more; 0.004 by default
     */
    public static AdamOptimizer nadam(double learningRate, double momentumDecay) {
        return nadam(ScaleByLearningRate.rate("nadam", learningRate), momentumDecay);
    }

    /** {@link #nadam(double, double)} with a learning rate by a schedule. */
    public static AdamOptimizer nadam(Schedule learningRate, double momentumDecay) {
        return new AdamOptimizer(
                moments(learningRate, 1e-8), new AdamOptimizer.Nadam(momentumDecay));
    }

    /** Returns RAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static AdamOptimizer radam(double learningRate) {
        return radam(ScaleByLearningRate.rate("radam", learningRate));
    }

    /** {@link #radam(double)} with a learning rate by a schedule. */
    public static AdamOptimizer radam(Schedule learningRate) {
        return new AdamOptimizer(moments(learningRate, 1e-8), new AdamOptimizer.Radam());
    }

    /**
     * Returns Adafactor, whose rate is a share of each weight's own size, with p = −0.8, ε = 0.001,
     * d = 1; a learning rate of 0.01 is usual.
     */
    public static AdaptiveOptimizer adafactor(double learningRate) {
        return adafactor(ScaleByLearningRate.rate("adafactor", learningRate));
    }

    /** {@link #adafactor(double)} with a learning rate by a schedule. */
    public static AdaptiveOptimizer adafactor(Schedule learningRate) {
        return adafactor(learningRate, -0.8, 1);
    }

    /**
     * Returns Adafactor with another decay rate or larger updates.
     *
     * @param learningRate η, 0 or more
     * @param decayRate p of the second moments' decay rate 1 − t<sup>p</sup>, 0 or less; −0.8 by
     *     default
     * @param clipThreshold d, the largest root mean square of updates, above 0; 1 by default
     */
    public static AdaptiveOptimizer adafactor(
            double learningRate, double decayRate, double clipThreshold) {
        return adafactor(
                ScaleByLearningRate.rate("adafactor", learningRate), decayRate, clipThreshold);
    }

    /** {@link #adafactor(double, double, double)} with a learning rate by a schedule. */
    public static AdaptiveOptimizer adafactor(
            Schedule learningRate, double decayRate, double clipThreshold) {
        return new AdaptiveOptimizer(
                        Hyperparameters.of(learningRate).epsilon(1e-3),
                        new AdaptiveOptimizer.Adafactor(decayRate, clipThreshold))
                .decoupledWeightDecay(true);
    }

    /** Returns Muon with Nesterov's momentum 0.95 and decay 0.1, for weights of two axes. */
    public static MomentumOptimizer muon(double learningRate) {
        return muon(ScaleByLearningRate.rate("muon", learningRate));
    }

    /** {@link #muon(double)} with a learning rate by a schedule. */
    public static MomentumOptimizer muon(Schedule learningRate) {
        return muon(learningRate, false);
    }

    /**
     * Returns Muon whose iteration is rounded, or not.
     *
     * @param learningRate η, 0 or more
     * @param rounded whether the iteration is rounded to bfloat16's eight significant bits after
     *     each product, so that float32 engines get what PyTorch's gets; it is neither faster nor
     *     more exact
     */
    public static MomentumOptimizer muon(double learningRate, boolean rounded) {
        return muon(ScaleByLearningRate.rate("muon", learningRate), rounded);
    }

    /** {@link #muon(double, boolean)} with a learning rate by a schedule. */
    public static MomentumOptimizer muon(Schedule learningRate, boolean rounded) {
        return new MomentumOptimizer(
                        Hyperparameters.of(learningRate), new MomentumOptimizer.Muon(rounded))
                .momentum(0.95)
                .nesterov(true)
                .weightDecay(0.1)
                .decoupledWeightDecay(true);
    }

    /**
     * Returns an optimizer of parts, each of which takes what the one before returned; the first
     * takes the gradient, and what the last returns is taken from the weight. One of them is {@link
     * GradientTransforms#scaleByLearningRate}.
     *
     * {@snippet :
     * // Signs of momentum, with decay that fades out.
     * Optimizer own =
     *         chain(
     *                 momentum(linear(0.8, 0.95, 100)),
     *                 sign(),
     *                 addDecayedWeights(cosineDecay(0.1, 200)),
     *                 scaleByLearningRate(0.01));
     * var training =
     *         training(model(input(8), dense(3))).loss(softmaxCrossEntropy()).optimizer(own).batch(4);
     * try (var trainer = training.compile()) {
     *     trainer.step(Batch.of(NDArray.of(new float[4][8]), NDArray.of(new int[] {0, 1, 2, 0})));
     * }
     * }
     */
    public static Optimizer chain(GradientTransform... transforms) {
        Preconditions.given("chain: transforms", transforms);
        var chain = new Chain(List.of(transforms));
        Preconditions.given("chain: learningRate", chain.learningRate());
        return chain;
    }

    /**
     * Returns several optimizers, each for the weights that {@link Optimizer#paramGroup} gave it;
     * the first that includes a weight updates it.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(64).take(64);
     * var model = model(input(64), sequential(named("eye", dense(32)), relu(), dense(10)));
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(paramGroups(sgd(0.1).paramGroup(under("eye")), adam(1e-2)))
     *         .batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    public static Optimizer paramGroups(Optimizer... optimizers) {
        Preconditions.given("paramGroups: optimizers", optimizers);
        return new OptimizerGroups(List.of(optimizers));
    }

    private static Hyperparameters moments(Schedule learningRate, double epsilon) {
        return Hyperparameters.of(learningRate).moments(0.9, 0.999, epsilon);
    }
}
