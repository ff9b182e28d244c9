package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.WeightFilters;
import propane.nn.rule.Names;
import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.spi.Preconditions;

import java.util.ArrayList;
import java.util.List;

/**
 * The settings that built-in optimizers share. What an optimizer has no use of stays as it is here.
 *
 * @param learningRate η
 * @param momentum μ, 0 by default
 * @param nesterov whether the momentum is Nesterov's, false by default
 * @param beta1 β₁, the decay rate of first moments, 0 by default
 * @param beta2 β₂, the decay rate of second moments, 0 by default
 * @param epsilon ε, 0 by default
 * @param weightDecay λ, 0 by default
 * @param decayMask the weights that decay, all by default
 * @param decoupledWeightDecay whether η·λ·w is taken from a weight apart from the gradient
 *     (Loshchilov and Hutter, 2019); by default λ·w, the gradient of an L2 penalty, is added to it
 */
record Hyperparameters(
        Schedule learningRate,
        Schedule momentum,
        boolean nesterov,
        double beta1,
        double beta2,
        double epsilon,
        Schedule weightDecay,
        WeightFilter decayMask,
        boolean decoupledWeightDecay) {
    private static final Schedule NONE = Schedules.constant(0);

    Hyperparameters {
        Preconditions.given("the learning rate", learningRate);
        Moments.requireMomentum(momentum);
        Moments.requireBetas(beta1, beta2);
        Moments.requireEpsilon(epsilon);
        Moments.requireDecay(weightDecay);
        Preconditions.given("decayMask: the weights", decayMask);
    }

    static Hyperparameters of(Schedule learningRate) {
        return new Hyperparameters(
                learningRate, NONE, false, 0, 0, 0, NONE, WeightFilters.all(), false);
    }

    Hyperparameters momentum(Schedule mu, boolean isNesterov) {
        return new Hyperparameters(
                learningRate,
                mu,
                isNesterov,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                decayMask,
                decoupledWeightDecay);
    }

    Hyperparameters moments(double first, double second, double smallest) {
        return new Hyperparameters(
                learningRate,
                momentum,
                nesterov,
                first,
                second,
                smallest,
                weightDecay,
                decayMask,
                decoupledWeightDecay);
    }

    Hyperparameters betas(double first, double second) {
        return moments(first, second, epsilon);
    }

    Hyperparameters epsilon(double smallest) {
        return moments(beta1, beta2, smallest);
    }

    Hyperparameters decay(Schedule lambda, WeightFilter which, boolean isDecoupled) {
        return new Hyperparameters(
                learningRate,
                momentum,
                nesterov,
                beta1,
                beta2,
                epsilon,
                lambda,
                which,
                isDecoupled);
    }

    GradientTransform rate() {
        return new ScaleByLearningRate(learningRate, false);
    }

    GradientTransform momentum(double dampening) {
        return GradientTransforms.momentum(momentum, dampening, nesterov);
    }

    /** Returns parts with the decay before all of them, or decoupled after all of them. */
    List<GradientTransform> decayed(GradientTransform... parts) {
        var all = new ArrayList<GradientTransform>(List.of(parts));
        if (decoupledWeightDecay) {
            all.add(GradientTransforms.decoupledWeightDecay(weightDecay).masked(decayMask));
        } else {
            all.addFirst(GradientTransforms.addDecayedWeights(weightDecay).masked(decayMask));
        }
        return List.copyOf(all);
    }

    /** Returns the learning rate and what differs from doing nothing. */
    @Override
    public String toString() {
        var text = new ArrayList<String>();
        text.add("learning rate " + text(learningRate));
        add(text, !momentum.equals(NONE), "momentum " + text(momentum));
        add(text, nesterov, "nesterov");
        add(text, beta1 != 0 || beta2 != 0, "betas " + beta1 + " and " + beta2);
        add(text, epsilon != 0, "epsilon " + epsilon);
        boolean decays = !weightDecay.equals(NONE);
        String way = decoupledWeightDecay ? "decoupled weight decay " : "weight decay ";
        add(text, decays, way + text(weightDecay));
        boolean isOfAll = decayMask.toString().equals(WeightFilters.all().toString());
        add(text, decays && !isOfAll, "decay of " + Names.text(decayMask, "of weights"));
        return String.join(", ", text);
    }

    private static void add(List<String> text, boolean isSaid, String what) {
        if (isSaid) {
            text.add(what);
        }
    }

    private static String text(Schedule schedule) {
        return ScheduleForm.isConstant(schedule)
                ? String.valueOf(schedule.at(0))
                : schedule.getClass().isHidden() ? "by a schedule" : schedule.toString();
    }
}
