package propane.nn.optimizer;

import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.spi.Preconditions;
import propane.tensor.Tensor;

/** η·u, or where the step is relative (Shazeer and Stern, 2018), min(η, 1 / √t)·u. */
record ScaleByLearningRate(Schedule learningRate, boolean relative) implements GradientTransform {
    ScaleByLearningRate {
        Preconditions.given("scaleByLearningRate: learningRate", learningRate);
    }

    /** Returns a rate that stays, of an optimizer that is named in an error. */
    static Schedule rate(String optimizer, double learningRate) {
        return Schedules.constant(
                Preconditions.notNegative(optimizer + ": the learning rate", learningRate));
    }

    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        Tensor rate = slots.learningRate();
        return update.mul(relative ? rate.minimum(slots.step().rsqrt()) : rate);
    }
}
