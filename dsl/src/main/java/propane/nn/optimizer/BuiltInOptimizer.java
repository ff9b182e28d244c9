package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.schedule.Schedule;
import propane.tensor.Tensor;

import java.util.Map;

/**
 * A built-in optimizer: a rule, and the settings that it shares with others of its family. What all
 * families can be set to is here.
 *
 * @param <O> the family
 */
abstract class BuiltInOptimizer<O extends Optimizer> implements Optimizer {
    final Hyperparameters settings;
    final UpdateRule rule;
    private final Chain chain;

    BuiltInOptimizer(Hyperparameters settings, UpdateRule rule) {
        this.settings = settings;
        this.rule = rule;
        this.chain = new Chain(rule.transforms(settings));
    }

    /** Returns this optimizer with other shared settings. */
    abstract O with(Hyperparameters others);

    /** Returns this optimizer with a weight decay λ, 0 for none. */
    public O weightDecay(double lambda) {
        return weightDecay(Moments.decay(lambda));
    }

    /** Returns this optimizer with a weight decay λ that follows a schedule. */
    public O weightDecay(Schedule lambda) {
        return with(settings.decay(lambda, settings.decayMask(), settings.decoupledWeightDecay()));
    }

    /** Returns this optimizer with decay of some weights only. */
    public O decayMask(WeightFilter which) {
        return with(settings.decay(settings.weightDecay(), which, settings.decoupledWeightDecay()));
    }

    /**
     * Returns this optimizer with η·λ·w taken from a weight apart from its gradient (Loshchilov and
     * Hutter, 2019), or with λ·w added to the gradient.
     */
    public O decoupledWeightDecay(boolean decoupled) {
        return with(settings.decay(settings.weightDecay(), settings.decayMask(), decoupled));
    }

    @Override
    public Schedule learningRate() {
        return settings.learningRate();
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        return chain.update(slots, gradient, weight);
    }

    @Override
    public String kind() {
        return rule.kind();
    }

    @Override
    public Map<String, String> settings() {
        return RecordedSettings.of(learningRate(), settings, rule);
    }

    /** An optimizer is a value: a training tells two of one kind apart by their settings. */
    @Override
    public boolean equals(Object other) {
        return other instanceof BuiltInOptimizer<?> optimizer
                && settings.equals(optimizer.settings)
                && rule.equals(optimizer.rule);
    }

    @Override
    public int hashCode() {
        return 31 * settings.hashCode() + rule.hashCode();
    }

    /** Returns the settings, for example {@code Lamb[settings=learning rate 0.1, …]}. */
    @Override
    public String toString() {
        String own = rule.toString();
        int start = own.indexOf('[') + 1;
        String rest = own.substring(start);
        return own.substring(0, start)
                + "settings="
                + settings
                + (rest.equals("]") ? rest : ", " + rest);
    }
}
