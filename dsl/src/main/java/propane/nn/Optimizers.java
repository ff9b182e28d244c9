package propane.nn;

import propane.tensor.Setting;

import java.util.List;

/** The built-in optimizers; settings not named are PyTorch's defaults. */
public final class Optimizers {
    private Optimizers() {}

    /** Returns stochastic gradient descent. */
    public static Sgd sgd(double learningRate) {
        return sgd(rate("sgd", learningRate));
    }

    /** Returns stochastic gradient descent. */
    public static Sgd sgd(Schedule learningRate) {
        Setting.given("sgd: learningRate", learningRate);
        return new Sgd(learningRate, 0, 0, false, Decay.NONE);
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 at first. */
    public static Adam adam(double learningRate) {
        return adam(rate("adam", learningRate));
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 at first. */
    public static Adam adam(Schedule learningRate) {
        Setting.given("adam: learningRate", learningRate);
        return new Adam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE, false, false);
    }

    /** Returns Adam with decay apart from the gradient, 0.01 at first. */
    public static Adam adamW(double learningRate) {
        return adamW(rate("adamW", learningRate));
    }

    /** Returns Adam with decay apart from the gradient, 0.01 at first. */
    public static Adam adamW(Schedule learningRate) {
        Setting.given("adamW: learningRate", learningRate);
        return new Adam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE.rate(0.01), true, false);
    }

    /** Returns Adam that divides by the largest second moment so far. */
    public static Adam amsgrad(double learningRate) {
        return amsgrad(rate("amsgrad", learningRate));
    }

    /** Returns Adam that divides by the largest second moment so far. */
    public static Adam amsgrad(Schedule learningRate) {
        Setting.given("amsgrad: learningRate", learningRate);
        return new Adam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE, false, true);
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Adamax adamax(double learningRate) {
        return adamax(rate("adamax", learningRate));
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Adamax adamax(Schedule learningRate) {
        Setting.given("adamax: learningRate", learningRate);
        return new Adamax(learningRate, 0.9, 0.999, 1e-8, Decay.NONE);
    }

    /** Returns NAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, ψ = 0.004. */
    public static Nadam nadam(double learningRate) {
        return nadam(rate("nadam", learningRate));
    }

    /** Returns NAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, ψ = 0.004. */
    public static Nadam nadam(Schedule learningRate) {
        Setting.given("nadam: learningRate", learningRate);
        return new Nadam(learningRate, 0.9, 0.999, 1e-8, 0.004, Decay.NONE, false);
    }

    /** Returns RAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Radam radam(double learningRate) {
        return radam(rate("radam", learningRate));
    }

    /** Returns RAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    public static Radam radam(Schedule learningRate) {
        Setting.given("radam: learningRate", learningRate);
        return new Radam(learningRate, 0.9, 0.999, 1e-8, Decay.NONE, false);
    }

    /** Returns RMSprop with α = 0.99, ε = 10⁻⁸, no momentum. */
    public static Rmsprop rmsprop(double learningRate) {
        return rmsprop(rate("rmsprop", learningRate));
    }

    /** Returns RMSprop with α = 0.99, ε = 10⁻⁸, no momentum. */
    public static Rmsprop rmsprop(Schedule learningRate) {
        Setting.given("rmsprop: learningRate", learningRate);
        return new Rmsprop(learningRate, 0.99, 1e-8, 0, false, Decay.NONE);
    }

    /** Returns Adagrad with ε = 10⁻¹⁰. */
    public static Adagrad adagrad(double learningRate) {
        return adagrad(rate("adagrad", learningRate));
    }

    /** Returns Adagrad with ε = 10⁻¹⁰. */
    public static Adagrad adagrad(Schedule learningRate) {
        Setting.given("adagrad: learningRate", learningRate);
        return new Adagrad(learningRate, 0, 1e-10, Decay.NONE);
    }

    /** Returns Adadelta with ρ = 0.9, ε = 10⁻⁶; a learning rate of 1 is usual. */
    public static Adadelta adadelta(double learningRate) {
        return adadelta(rate("adadelta", learningRate));
    }

    /** Returns Adadelta with ρ = 0.9, ε = 10⁻⁶; a learning rate of 1 is usual. */
    public static Adadelta adadelta(Schedule learningRate) {
        Setting.given("adadelta: learningRate", learningRate);
        return new Adadelta(learningRate, 0.9, 1e-6, Decay.NONE);
    }

    /** Returns Lion with β₁ = 0.9, β₂ = 0.99, no decay. */
    public static Lion lion(double learningRate) {
        return lion(rate("lion", learningRate));
    }

    /** Returns Lion with β₁ = 0.9, β₂ = 0.99, no decay. */
    public static Lion lion(Schedule learningRate) {
        Setting.given("lion: learningRate", learningRate);
        return new Lion(learningRate, 0.9, 0.99, Decay.NONE);
    }

    /** Returns Muon with Nesterov's momentum 0.95 and decay 0.1, for weights of two axes. */
    public static Muon muon(double learningRate) {
        return muon(rate("muon", learningRate));
    }

    /** Returns Muon with Nesterov's momentum 0.95 and decay 0.1, for weights of two axes. */
    public static Muon muon(Schedule learningRate) {
        Setting.given("muon: learningRate", learningRate);
        return new Muon(learningRate, 0.95, true, Decay.NONE.rate(0.1), false);
    }

    /** Returns Adafactor, whose rate is a share of each weight's own size; 0.01 is usual. */
    public static Adafactor adafactor(double learningRate) {
        return adafactor(rate("adafactor", learningRate));
    }

    /** Returns Adafactor, whose rate is a share of each weight's own size; 0.01 is usual. */
    public static Adafactor adafactor(Schedule learningRate) {
        Setting.given("adafactor: learningRate", learningRate);
        return new Adafactor(learningRate, -0.8, 1e-3, 1, Decay.NONE);
    }

    /**
     * Returns several optimizers, each for the weights that {@link Optimizer#on} gave it; the first
     * that includes a weight updates it.
     *
     * {@snippet :
     * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
     *         .scale(1 / 16.0).reshape(64).take(64);
     * var model = model(input(64), sequential(named("eye", dense(32)), relu(), dense(10)));
     * var training = training(model).loss(softmaxCrossEntropy())
     *         .optimizer(groups(sgd(0.1).on(under("eye")), adam(1e-2))).batch(32).seed(1);
     * try (var trainer = training.compile()) {
     *     trainer.fit(digits, epochs(3));
     *     System.out.println(trainer.evaluate(digits));
     * }
     * }
     */
    public static Optimizer groups(Optimizer... optimizers) {
        Setting.given("groups: optimizers", optimizers);
        return new OptimizerGroups(List.of(optimizers));
    }

    private static Schedule rate(String optimizer, double learningRate) {
        return Schedule.constant(
                Setting.notNegative(optimizer + ": the learning rate", learningRate));
    }
}
