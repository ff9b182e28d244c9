package propane.train.result;

/** Hears what happens in a training and may stop it. */
@FunctionalInterface
public interface TrainerCallback {
    /** Returns whether the training goes on after an event. */
    Signal on(Event event);

    /** Whether a training goes on. */
    enum Signal {
        /** It goes on. */
        CONTINUE,
        /** It ends after the step at hand, as if all epochs were done. */
        STOP
    }
}
