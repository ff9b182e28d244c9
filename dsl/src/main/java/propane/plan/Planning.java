package propane.plan;

import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** Who hears of trainings that are about to be compiled; nobody, unless one asks. */
public final class Planning {
    private static final Consumer<PlannedTraining> NOBODY = _ -> {};

    private static volatile Consumer<PlannedTraining> hearer = NOBODY;

    private Planning() {}

    /**
     * Does some work, and hears meanwhile of each training that any thread is about to compile.
     * What the hearer throws ends the compile.
     */
    public static <T> T hearing(Consumer<PlannedTraining> of, Callable<T> work) throws Exception {
        Consumer<PlannedTraining> before = hearer;
        hearer = of;
        try {
            return work.call();
        } finally {
            hearer = before;
        }
    }

    /** Tells that a training is about to be compiled. */
    public static void compiling(PlannedTraining training) {
        hearer.accept(training);
    }
}
