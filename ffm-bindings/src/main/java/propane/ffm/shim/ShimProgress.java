package propane.ffm.shim;

/** Hears how an update goes, on any thread. */
@FunctionalInterface
public interface ShimProgress {
    /** Hears nothing and lets everything go on. */
    ShimProgress NONE = (_, _, _, _) -> true;

    /** What has come about; Core ML's own events. */
    enum Moment {
        /** The training begins. */
        TRAINING_BEGIN,
        /** An epoch has ended. */
        EPOCH_END,
        /** A mini-batch has ended. */
        MINI_BATCH_END;

        static Moment of(int code) {
            return switch (code) {
                case 1 -> TRAINING_BEGIN;
                case 2 -> EPOCH_END;
                default -> MINI_BATCH_END;
            };
        }
    }

    /**
     * Takes note of a moment. An exception cancels the update; the job's end then throws it on.
     *
     * @param moment what has come about
     * @param epoch the epoch, from 0
     * @param batch the mini-batch, from 0; -1 where it is none's end
     * @param loss the loss, not a number where Core ML tells none
     * @return whether the update shall go on
     */
    boolean heard(Moment moment, long epoch, long batch, double loss);
}
