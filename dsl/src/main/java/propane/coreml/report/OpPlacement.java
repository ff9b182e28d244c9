package propane.coreml.report;

import java.util.List;

/**
 * What is to be said of one operation.
 *
 * @param op its name in MIL, for example {@code conv}
 * @param makes what it makes: name and type of each, for example {@code y: fp16[1, 64]}
 * @param work how many floating-point operations it is; 0 where it only moves numbers
 * @param findings what keeps it off the Neural Engine, and remarks
 */
public record OpPlacement(String op, List<String> makes, long work, List<Finding> findings) {
    /** Copies the lists. */
    public OpPlacement {
        makes = List.copyOf(makes);
        findings = List.copyOf(findings);
    }

    /** Returns whether nothing known keeps it off the Neural Engine. */
    public boolean mayRun() {
        return findings.stream().noneMatch(Finding::isAgainst);
    }

    /**
     * Returns the findings that count: what keeps it off the Neural Engine, else the remarks. How
     * an operation would do where it cannot run is idle.
     */
    public List<Finding> reasons() {
        return findings.stream().filter(finding -> mayRun() || finding.isAgainst()).toList();
    }

    /** Returns what it makes, the operation and what is against it. */
    @Override
    public String toString() {
        return makes + " = " + op + (findings.isEmpty() ? "" : " " + reasons());
    }
}
