package propane.nn;

import propane.spi.Preconditions;

import java.util.List;

/**
 * The built-in optimizers in the order of their complexity; settings not named are PyTorch's
 * defaults. Each is a {@link #chain} of parts that {@link GradientTransforms} makes.
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
    public static Sgd sgd(double learningRate) {
        return sgd(ScaleByLearningRate.rate("sgd", learningRate));
    }

    /** {@link #sgd(double)} with a learning rate by a schedule. */
    public static Sgd sgd(Schedule learningRate) {
        return new Sgd(Hyperparameters.of(learningRate), 0);
    }

    /** Returns LARS with momentum 0.9 and κ = 0.001. */
    public static Lars lars(double learningRate) {
        return lars(ScaleByLearningRate.rate("lars", learningRate));
    }

    /** {@link #lars(double)} with a learning rate by a schedule. */
    public static Lars lars(Schedule learningRate) {
        return new Lars(Hyperparameters.of(learningRate), 1e-3, WeightFilters.all()).momentum(0.9);
    }

    /** Returns Lion with β₁ = 0.9, β₂ = 0.99; decay is decoupled, 0 by default. */
    public static Lion lion(double learningRate) {
        return lion(ScaleByLearningRate.rate("lion", learningRate));
    }

    /** {@link #lion(double)} with a learning rate by a schedule. */
    public static Lion lion(Schedule learningRate) {
        return new Lion(Hyperparameters.of(learningRate))
                .betas(0.9, 0.99)
                .decoupledWeightDecay(true);
    }

    /** Returns Adagrad with ε = 10⁻¹⁰. */
    public static Adagrad adagrad(double learningRate) {
        return adagrad(ScaleByLearningRate.rate("adagrad", learningRate));
    }

    /** {@link #adagrad(double)} with a learning rate by a schedule. */
    public static Adagrad adagrad(Schedule learningRate) {
        return new Adagrad(Hyperparameters.of(learningRate), 0).epsilon(1e-10);
    }

    /** Returns RMSprop with α = 0.99, ε = 10⁻⁸, no momentum. */
    public static Rmsprop rmsprop(double learningRate) {
        return rmsprop(ScaleByLearningRate.rate("rmsprop", learningRate));
    }

    /** {@link #rmsprop(double)} with a learning rate by a schedule. */
    public static Rmsprop rmsprop(Schedule learningRate) {
        return new Rmsprop(Hyperparameters.of(learningRate), 0.99, false).epsilon(1e-8);
    }

    /** Returns Adadelta with ρ = 0.9, ε = 10⁻⁶; a learning rate of 1 is usual. */
    public static Adadelta adadelta(double learningRate) {
        return adadelta(ScaleByLearningRate.rate("adadelta", learningRate));
    }

    /** {@link #adadelta(double)} with a learning rate by a schedule. */
    public static Adadelta adadelta(Schedule learningRate) {
        return new Adadelta(Hyperparameters.of(learningRate), 0.9).epsilon(1e-6);
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 by default. */
    public static Adam adam(double learningRate) {
        return adam(ScaleByLearningRate.rate("adam", learningRate));
    }

    /** {@link #adam(double)} with a learning rate by a schedule. */
    public static Adam adam(Schedule learningRate) {
        return new Adam(moments(learningRate, 1e-8), false);
    }

    /** Returns Adam with decoupled decay, 0.01 by default. */
    public static Adam adamW(double learningRate) {
        return adamW(ScaleByLearningRate.rate("adamW", learningRate));
    }

    /** {@link #adamW(double)} with a learning rate by a schedule. */
    public static Adam adamW(Schedule learningRate) {
        return adam(learningRate).weightDecay(0.01).decoupledWeightDecay(true);
    }

    /** Returns Adam that divides by the largest second moment so far. */
    public static Adam amsgrad(double learningRate) {
        return adam(learningRate).amsgrad(true);
    }

    /** {@link #amsgrad(double)} with a learning rate by a schedule. */
    public static Adam amsgrad(Schedule learningRate) {
        return adam(learningRate).amsgrad(true);
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Adamax adamax(double learningRate) {
        return adamax(ScaleByLearningRate.rate("adamax", learningRate));
    }

    /** {@link #adamax(double)} with a learning rate by a schedule. */
    public static Adamax adamax(Schedule learningRate) {
        return new Adamax(moments(learningRate, 1e-8));
    }

    /** Returns LAMB with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁶; decay is 0 by default. */
    public static Lamb lamb(double learningRate) {
        return lamb(ScaleByLearningRate.rate("lamb", learningRate));
    }

    /** {@link #lamb(double)} with a learning rate by a schedule. */
    public static Lamb lamb(Schedule learningRate) {
        return new Lamb(moments(learningRate, 1e-6), WeightFilters.all());
    }

    /** Returns NAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, ψ = 0.004. */
    public static Nadam nadam(double learningRate) {
        return nadam(ScaleByLearningRate.rate("nadam", learningRate));
    }

    /** {@link #nadam(double)} with a learning rate by a schedule. */
    public static Nadam nadam(Schedule learningRate) {
        return new Nadam(moments(learningRate, 1e-8), 0.004);
    }

    /** Returns RAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Radam radam(double learningRate) {
        return radam(ScaleByLearningRate.rate("radam", learningRate));
    }

    /** {@link #radam(double)} with a learning rate by a schedule. */
    public static Radam radam(Schedule learningRate) {
        return new Radam(moments(learningRate, 1e-8));
    }

    /**
     * Returns Adafactor, whose rate is a share of each weight's own size, with p = −0.8, ε = 0.001,
     * d = 1; a learning rate of 0.01 is usual.
     */
    public static Adafactor adafactor(double learningRate) {
        return adafactor(ScaleByLearningRate.rate("adafactor", learningRate));
    }

    /** {@link #adafactor(double)} with a learning rate by a schedule. */
    public static Adafactor adafactor(Schedule learningRate) {
        return new Adafactor(Hyperparameters.of(learningRate), -0.8, 1)
                .epsilon(1e-3)
                .decoupledWeightDecay(true);
    }

    /** Returns Muon with Nesterov's momentum 0.95 and decay 0.1, for weights of two axes. */
    public static Muon muon(double learningRate) {
        return muon(ScaleByLearningRate.rate("muon", learningRate));
    }

    /** {@link #muon(double)} with a learning rate by a schedule. */
    public static Muon muon(Schedule learningRate) {
        return new Muon(Hyperparameters.of(learningRate), false)
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

    static Hyperparameters moments(Schedule learningRate, double epsilon) {
        return Hyperparameters.of(learningRate).moments(0.9, 0.999, epsilon);
    }
}
