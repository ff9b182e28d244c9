package propane.train.run;

import propane.engine.Engine;
import propane.nn.Weight;
import propane.spi.Program;
import propane.spi.ProgramMemory;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.ShapeException;
import propane.train.result.TrainingMemory;
import propane.train.trace.StepPrograms;
import propane.train.trace.TrainingSpec;

/** Plans the memory that a training takes before any is taken. */
public final class PlannedMemory {
    /**
     * An initializer's values, the array of them and the copy that is written are there at once.
     */
    private static final long COPIES = 3;

    private static final int GUESSES = 12;

    /** Plans what training on batches of a size takes. */
    public static TrainingMemory of(TrainingSpec training, Engine engine, int batch) {
        boolean splits = engine.usesSplitStep();
        var step = new StepPrograms(training, batch, training.isScaled(splits));
        return of(training, step, engine, step.plan(splits).program());
    }

    /** Plans what a program of a step takes. */
    public static TrainingMemory of(
            TrainingSpec training, StepPrograms step, Engine engine, Program program) {
        long weights = 0;
        long largest = 0;
        for (Weight weight : training.model().variables()) {
            weights += weight.port().type().bytes();
            largest = Math.max(largest, weight.port().type().bytes());
        }
        long state = bytes(Compilation.statePorts(training, step));
        long examples = 0;
        for (Port port : program.ports()) {
            if (port.role() == Role.BATCH
                    || port.role() == Role.RESULT
                    || port.role() == Role.GRADIENT) {
                examples += port.type().bytes();
            }
        }
        ProgramMemory inside = engine.planned(program);
        return new TrainingMemory(
                weights,
                state - weights,
                examples,
                inside.work(),
                inside.constants(),
                COPIES * largest);
    }

    private static long bytes(Iterable<Port> ports) {
        long bytes = 0;
        for (Port port : ports) {
            bytes += port.type().bytes();
        }
        return bytes;
    }

    /**
     * Returns the largest batch whose training takes no more native memory than there is; 0 where
     * not even one example's does.
     *
     * @param share by how much of itself it may be too small
     */
    public static int largestBatch(TrainingSpec training, Engine engine, long bytes, double share) {
        // Batch norm takes no batch of one.
        int fits = wanted(training, engine, 1) == Long.MAX_VALUE ? 2 : 1;
        long below = wanted(training, engine, fits);
        if (below > bytes) {
            return 0;
        }
        int tooLarge = Integer.MAX_VALUE;
        // Memory grows about evenly with the batch: where a line meets the goal is a good guess.
        double each = Math.max(1, (wanted(training, engine, 2 * fits) - (double) below) / fits);
        for (int guesses = 0; fits + 1 < tooLarge && !isNear(fits, tooLarge, share); guesses++) {
            double line = Math.max(1, Math.floor((bytes - below) / each));
            double half = ((double) tooLarge - fits) / 2;
            // A line that does not meet it soon is none.
            double step = guesses < GUESSES ? Math.min(line, tooLarge - fits - 1.0) : half;
            int tried = (int) (fits + Math.max(1, step));
            long found = wanted(training, engine, tried);
            if (found <= bytes) {
                each = Math.max(1, (found - (double) below) / (tried - fits));
                fits = tried;
                below = found;
            } else {
                each =
                        found == Long.MAX_VALUE
                                ? each * 2
                                : (found - (double) below) / (tried - fits);
                tooLarge = tried;
            }
        }
        return fits;
    }

    private static boolean isNear(int fits, int tooLarge, double share) {
        return tooLarge - (double) fits <= share * fits;
    }

    /** Returns what a size of batch takes; as much as there can be where it cannot be written. */
    private static long wanted(TrainingSpec training, Engine engine, int batch) {
        try {
            return of(training, engine, batch).nativeTotal();
        } catch (ShapeException | OutOfMemoryError e) {
            return Long.MAX_VALUE;
        }
    }

    private PlannedMemory() {}
}
