package propane.nn.optimizer;

import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;

/** The arithmetic that parts of optimizers share, and the rules of their settings. */
final class Moments {
    private Moments() {}

    static void requireMomentum(Schedule mu) {
        Preconditions.given("momentum: the momentum", mu);
        momentum(mu.at(0));
    }

    /** Returns a momentum that stays, from 0 up to 1. */
    static Schedule momentum(double mu) {
        return Schedules.constant(Preconditions.belowOne("momentum: the momentum", mu));
    }

    static void requireBetas(double beta1, double beta2) {
        Preconditions.belowOne("betas: the first beta", beta1);
        Preconditions.belowOne("betas: the second beta", beta2);
    }

    static void requireEpsilon(double epsilon) {
        Preconditions.notNegative("epsilon: the value", epsilon);
    }

    static void requireDecay(Schedule lambda) {
        Preconditions.given("weightDecay: the decay", lambda);
        decay(lambda.at(0));
    }

    /** Returns a weight decay that stays, 0 or more. */
    static Schedule decay(double lambda) {
        return Schedules.constant(Preconditions.notNegative("weightDecay: the decay", lambda));
    }

    /** Returns an update without momentum, which then has neither of two settings. */
    static Tensor plain(Tensor update, double dampening, boolean nesterov) {
        if (nesterov || dampening != 0) {
            throw new PropaneException(
                    Problem.ofRule(
                                    (nesterov ? "nesterov" : "dampening")
                                            + ": the setting is of a momentum, which is 0")
                            .operand("momentum", 0)
                            .fix("momentum(0.9), or leave the setting out"));
        }
        return update;
    }

    /** Returns 1 at the first update, 1 − τ at each later one; [1]. */
    static Tensor dampened(Optimizer.Slots slots, double dampening) {
        Tensor later = Tensor.constant(1 - dampening).reshape(1);
        return slots.step().less(1.5).where(Tensor.constant(1).reshape(1), later);
    }

    /** Returns 1 − μ, rounded once where μ is known beforehand. */
    static Tensor rest(Schedule mu, Tensor now) {
        return ScheduleForm.isConstant(mu) ? Tensor.constant(1 - mu.at(0)) : now.neg().add(1);
    }

    /** Returns β·moment + (1 − β)·value. */
    static Tensor running(double beta, Tensor moment, Tensor value) {
        return moment.mul(beta).add(value.mul(1 - beta));
    }

    /** Moves a slot on, s ← β·s + (1 − β)·value, and returns what it then holds. */
    static Tensor moved(Optimizer.Slots slots, String name, double beta, Tensor value) {
        Tensor slot = slots.slot(name);
        return slots.moved(slot, running(beta, slot, value));
    }

    static Tensor norm(Tensor x) {
        return x.square().sum().sqrt();
    }

    static Tensor rootMeanSquare(Tensor x) {
        return x.square().mean().sqrt();
    }

    /**
     * Returns 1 − β<sup>t</sup>, the bias correction of a moment (Kingma and Ba, 2015). Computed as
     * 2·T / (1 + T) with T = tanh(−t·ln β / 2), which float32 carries without cancellation.
     *
     * @param step t, float32 [1]
     */
    static Tensor correction(double beta, Tensor step) {
        Tensor half = step.mul(-Math.log(beta) / 2).tanh();
        return half.mul(2).div(half.add(1));
    }
}
