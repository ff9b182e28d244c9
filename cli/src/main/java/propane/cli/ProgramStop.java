package propane.cli;

import propane.coreml.report.EstimateReport;

import java.util.List;
import java.util.stream.Stream;

/**
 * Ends a program where it would compile a training that is only estimated. An error, as programs
 * catch exceptions.
 */
final class ProgramStop extends Error {
    private static final long serialVersionUID = 1L;

    private final transient EstimateReport report;
    private String place = "";

    ProgramStop(EstimateReport report) {
        super("the training is only estimated");
        this.report = report;
    }

    /** Returns the stop that a program's failure comes from, or nothing. */
    static List<ProgramStop> behind(Throwable failure) {
        return Stream.iterate(failure, each -> each != null, Throwable::getCause)
                .filter(ProgramStop.class::isInstance)
                .map(ProgramStop.class::cast)
                .limit(1)
                .toList();
    }

    /** Notes where the program ended, for example {@code Digits.java:31}. */
    void at(String where) {
        place = where;
    }

    /** Returns where the program ended; empty if it heard of this and went on. */
    String place() {
        return place;
    }

    /** Returns the estimate. */
    EstimateReport report() {
        return report;
    }
}
