package stranger;

import propane.engine.Engine;
import propane.train.Training;

/** A user's code, outside Propane's packages, that closes nothing. */
public final class Forgets {
    private Forgets() {}

    /** Compiles a trainer, trains with it and forgets it. */
    public static void trainer(Training training) {
        training.compile(Engine.cpu()).steps();
    }
}
