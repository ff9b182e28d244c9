package propane.train.run;

import propane.spi.Bindings;
import propane.tensor.NumericException;
import propane.tensor.Problem;
import propane.train.port.LossScale;
import propane.train.result.Event;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** Looks after each step whether the loss scale has changed. */
final class ScaleWatch {
    private final MemorySegment scale;
    private final MemorySegment goodSteps;
    private final boolean isScaled;
    private float before;

    ScaleWatch(Bindings state) {
        this.isScaled = state.has(LossScale.SCALE.name());
        this.scale = isScaled ? state.segment(LossScale.SCALE.name()) : MemorySegment.NULL;
        this.goodSteps = isScaled ? state.segment(LossScale.GOOD_STEPS.name()) : MemorySegment.NULL;
    }

    /** Begins to watch, before a step. */
    void begin() {
        before = isScaled ? now() : 0;
    }

    private float now() {
        return scale.get(ValueLayout.JAVA_FLOAT, 0);
    }

    /**
     * Returns whether the step changed the scale.
     *
     * @param step the number of the step, for messages
     * @throws NumericException if its gradients were too large for the smallest scale
     */
    boolean changed(long step) {
        if (!isScaled) {
            return false;
        }
        boolean lowest = before <= LossScale.FLOOR && now() <= LossScale.FLOOR;
        if (lowest && goodSteps.get(ValueLayout.JAVA_FLOAT, 0) == 0) {
            throw new NumericException(
                    Problem.ofRule(
                                    "step "
                                            + step
                                            + ": statistics of the batch or gradients are too large"
                                            + " for float16 even with a loss scale of "
                                            + LossScale.FLOOR)
                            .fix(
                                    "lower the learning rate, scale the data, or train in float32;"
                                            + " weights and slots are those before this step"));
        }
        return now() != before;
    }

    /** Returns the event of a change. */
    Event.LossScaleChanged event(long step) {
        String reason =
                now() < before
                        ? String.format(
                                Locale.ROOT,
                                "a statistic of the batch or a scaled gradient was not below %,.0f",
                                LossScale.CEILING)
                        : String.format(
                                Locale.ROOT,
                                "%,d steps in a row had gradients that fit",
                                LossScale.PATIENCE);
        return new Event.LossScaleChanged(step, before, now(), reason);
    }
}
