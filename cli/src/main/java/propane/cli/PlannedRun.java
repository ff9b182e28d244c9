package propane.cli;

import propane.plan.PlannedTraining;
import propane.plan.Planning;
import propane.tensor.PropaneException;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A program that is run up to where it would compile a training, to estimate that. */
final class PlannedRun {
    private final List<ProgramStop> stops = new CopyOnWriteArrayList<>();

    private PlannedRun() {}

    /** Tells whether a file is a program, by its name. */
    static boolean isProgram(Path file) {
        String name = file.toString();
        return name.endsWith(".java")
                || name.endsWith(".jsh")
                || name.equals(ProgramSource.STANDARD_INPUT);
    }

    /**
     * Runs a program as far as that, and returns its trainings, in the order in which they would be
     * compiled; at least one.
     *
     * @throws ProgramException if the program fails before, or compiles nothing
     */
    static List<ProgramStop> of(Path file, List<String> arguments, ClassPath libraries)
            throws Exception {
        var run = new PlannedRun();
        Planning.hearing(run::stop, () -> RunCommand.run(file, arguments, libraries));
        if (run.stops.isEmpty()) {
            throw new PropaneException(
                    ProgramSource.shown(file)
                            + ": compiles no training, so there is nothing to estimate");
        }
        return run.stops;
    }

    private void stop(PlannedTraining training) {
        var stop = new ProgramStop(training.estimate());
        stops.add(stop);
        throw stop;
    }
}
