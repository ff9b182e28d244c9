package propane.nn;

import propane.tensor.Preconditions;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Turns gradients into updates, in the same tensor operations that layers use. It is traced once
 * for each weight.
 */
public interface Optimizer {
    /** Returns the learning rate; its value reaches the program as a port at each step. */
    Schedule learningRate();

    /**
     * Returns what is taken away from a weight in this step, the learning rate included.
     *
     * @param slots what is kept of this weight between steps
     * @param gradient the gradient of the loss with respect to the weight
     * @param weight the weight
     */
    Tensor update(Slots slots, Tensor gradient, Tensor weight);

    /** Returns what an optimizer of this kind is called in the paths of its slots. */
    default String kind() {
        return Names.kind(getClass(), "optimizer");
    }

    /** Returns this optimizer for some weights, to be used in {@link Optimizer#paramGroups}. */
    default Optimizer paramGroup(WeightFilter which) {
        Preconditions.given("paramGroup: weights", which);
        return new OptimizerGroup(this, which);
    }

    /** What an optimizer keeps of one weight, and the numbers of the step. */
    interface Slots {
        /** Returns the weight that is being updated. */
        Weight weight();

        /**
         * Returns whether a selection includes the weight. A selection that includes no weight of
         * the model is an error.
         */
        default boolean selects(WeightFilter which) {
            return which.includes(weight());
        }

        /** Returns the current value of a slot of the weight's shape, zeros at the start. */
        Tensor slot(String name);

        /** Returns the current value of a slot of any shape. */
        Tensor slot(String name, Shape shape, Initializer initializer);

        /**
         * Sets the next value of a slot.
         *
         * @param slot what {@link #slot} returned
         */
        void set(Tensor slot, Tensor value);

        /** Sets the next value of a slot and returns it. */
        default Tensor moved(Tensor slot, Tensor value) {
            set(slot, value);
            return value;
        }

        /** Returns the learning rate, float32 [1]. */
        Tensor learningRate();

        /**
         * Returns the value that a setting of this optimizer has in this step: the number of a
         * constant schedule, else what a port holds that follows the schedule as the learning rate
         * follows its own; float32, [] or [1].
         *
         * @param name what the setting is called
         * @param below what all values are below; they are 0 or more and finite
         */
        Tensor scheduled(String name, Schedule schedule, double below);

        /** Returns the value of a setting that may be any number from 0 on. */
        default Tensor scheduled(String name, Schedule schedule) {
            return scheduled(name, schedule, Double.POSITIVE_INFINITY);
        }

        /** Returns the number of updates including this one, float32 [1]; 1 at the first. */
        Tensor step();
    }

    /** Returns stochastic gradient descent, without momentum by default. */
    static Sgd sgd(double learningRate) {
        return sgd(ScaleByLearningRate.rate("sgd", learningRate));
    }

    /** {@link #sgd(double)} with a learning rate by a schedule. */
    static Sgd sgd(Schedule learningRate) {
        return new Sgd(Hyperparameters.of(learningRate), 0);
    }

    /** Returns LARS with momentum 0.9 and κ = 0.001. */
    static Lars lars(double learningRate) {
        return lars(ScaleByLearningRate.rate("lars", learningRate));
    }

    /** {@link #lars(double)} with a learning rate by a schedule. */
    static Lars lars(Schedule learningRate) {
        return new Lars(Hyperparameters.of(learningRate), 1e-3, WeightFilter.all()).momentum(0.9);
    }

    /** Returns Lion with β₁ = 0.9, β₂ = 0.99; decay is decoupled, 0 by default. */
    static Lion lion(double learningRate) {
        return lion(ScaleByLearningRate.rate("lion", learningRate));
    }

    /** {@link #lion(double)} with a learning rate by a schedule. */
    static Lion lion(Schedule learningRate) {
        return new Lion(Hyperparameters.of(learningRate))
                .betas(0.9, 0.99)
                .decoupledWeightDecay(true);
    }

    /** Returns Adagrad with ε = 10⁻¹⁰. */
    static Adagrad adagrad(double learningRate) {
        return adagrad(ScaleByLearningRate.rate("adagrad", learningRate));
    }

    /** {@link #adagrad(double)} with a learning rate by a schedule. */
    static Adagrad adagrad(Schedule learningRate) {
        return new Adagrad(Hyperparameters.of(learningRate), 0).epsilon(1e-10);
    }

    /** Returns RMSprop with α = 0.99, ε = 10⁻⁸, no momentum. */
    static Rmsprop rmsprop(double learningRate) {
        return rmsprop(ScaleByLearningRate.rate("rmsprop", learningRate));
    }

    /** {@link #rmsprop(double)} with a learning rate by a schedule. */
    static Rmsprop rmsprop(Schedule learningRate) {
        return new Rmsprop(Hyperparameters.of(learningRate), 0.99, false).epsilon(1e-8);
    }

    /** Returns Adadelta with ρ = 0.9, ε = 10⁻⁶; a learning rate of 1 is usual. */
    static Adadelta adadelta(double learningRate) {
        return adadelta(ScaleByLearningRate.rate("adadelta", learningRate));
    }

    /** {@link #adadelta(double)} with a learning rate by a schedule. */
    static Adadelta adadelta(Schedule learningRate) {
        return new Adadelta(Hyperparameters.of(learningRate), 0.9).epsilon(1e-6);
    }

    /** Returns Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸; decay is an L2 penalty, 0 by default. */
    static Adam adam(double learningRate) {
        return adam(ScaleByLearningRate.rate("adam", learningRate));
    }

    /** {@link #adam(double)} with a learning rate by a schedule. */
    static Adam adam(Schedule learningRate) {
        return new Adam(moments(learningRate, 1e-8), false);
    }

    /** Returns Adam with decoupled decay, 0.01 by default. */
    static Adam adamW(double learningRate) {
        return adamW(ScaleByLearningRate.rate("adamW", learningRate));
    }

    /** {@link #adamW(double)} with a learning rate by a schedule. */
    static Adam adamW(Schedule learningRate) {
        return adam(learningRate).weightDecay(0.01).decoupledWeightDecay(true);
    }

    /** Returns Adam that divides by the largest second moment so far. */
    static Adam amsgrad(double learningRate) {
        return adam(learningRate).amsgrad(true);
    }

    /** {@link #amsgrad(double)} with a learning rate by a schedule. */
    static Adam amsgrad(Schedule learningRate) {
        return adam(learningRate).amsgrad(true);
    }

    /** Returns Adamax with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    static Adamax adamax(double learningRate) {
        return adamax(ScaleByLearningRate.rate("adamax", learningRate));
    }

    /** {@link #adamax(double)} with a learning rate by a schedule. */
    static Adamax adamax(Schedule learningRate) {
        return new Adamax(moments(learningRate, 1e-8));
    }

    /** Returns LAMB with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁶; decay is 0 by default. */
    static Lamb lamb(double learningRate) {
        return lamb(ScaleByLearningRate.rate("lamb", learningRate));
    }

    /** {@link #lamb(double)} with a learning rate by a schedule. */
    static Lamb lamb(Schedule learningRate) {
        return new Lamb(moments(learningRate, 1e-6), WeightFilter.all());
    }

    /** Returns NAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, ψ = 0.004. */
    static Nadam nadam(double learningRate) {
        return nadam(ScaleByLearningRate.rate("nadam", learningRate));
    }

    /** {@link #nadam(double)} with a learning rate by a schedule. */
    static Nadam nadam(Schedule learningRate) {
        return new Nadam(moments(learningRate, 1e-8), 0.004);
    }

    /** Returns RAdam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
    static Radam radam(double learningRate) {
        return radam(ScaleByLearningRate.rate("radam", learningRate));
    }

    /** {@link #radam(double)} with a learning rate by a schedule. */
    static Radam radam(Schedule learningRate) {
        return new Radam(moments(learningRate, 1e-8));
    }

    /**
     * Returns Adafactor, whose rate is a share of each weight's own size, with p = −0.8, ε = 0.001,
     * d = 1; a learning rate of 0.01 is usual.
     */
    static Adafactor adafactor(double learningRate) {
        return adafactor(ScaleByLearningRate.rate("adafactor", learningRate));
    }

    /** {@link #adafactor(double)} with a learning rate by a schedule. */
    static Adafactor adafactor(Schedule learningRate) {
        return new Adafactor(Hyperparameters.of(learningRate), -0.8, 1)
                .epsilon(1e-3)
                .decoupledWeightDecay(true);
    }

    /** Returns Muon with Nesterov's momentum 0.95 and decay 0.1, for weights of two axes. */
    static Muon muon(double learningRate) {
        return muon(ScaleByLearningRate.rate("muon", learningRate));
    }

    /** {@link #muon(double)} with a learning rate by a schedule. */
    static Muon muon(Schedule learningRate) {
        return new Muon(Hyperparameters.of(learningRate), false)
                .momentum(0.95)
                .nesterov(true)
                .weightDecay(0.1)
                .decoupledWeightDecay(true);
    }

    /**
     * Returns an optimizer of parts, each of which takes what the one before returned; the first
     * takes the gradient, and what the last returns is taken from the weight. One of them is {@link
     * GradientTransform#scaleByLearningRate}.
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
    static Optimizer chain(GradientTransform... transforms) {
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
    static Optimizer paramGroups(Optimizer... optimizers) {
        Preconditions.given("paramGroups: optimizers", optimizers);
        return new OptimizerGroups(List.of(optimizers));
    }

    private static Hyperparameters moments(Schedule learningRate, double epsilon) {
        return Hyperparameters.of(learningRate).moments(0.9, 0.999, epsilon);
    }
}
