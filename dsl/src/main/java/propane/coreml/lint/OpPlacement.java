package propane.coreml.lint;

import java.util.List;

/**
 * What is to be said of one operation.
 *
 * @param call the operation
 * @param work how many floating-point operations it is; 0 where it only moves numbers
 * @param findings what keeps it off the Neural Engine, and remarks
 */
public record OpPlacement(MilCall call, long work, List<Finding> findings) {
    /** Copies the list. */
    public OpPlacement {
        findings = List.copyOf(findings);
    }

    static OpPlacement of(MilCall call) {
        var findings =
                PlacementRule.ALL.stream()
                        .flatMap(rule -> rule.judge(call).stream())
                        .distinct()
                        .toList();
        return new OpPlacement(call, Work.of(call), findings);
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

    /** Returns the operation and what is against it. */
    @Override
    public String toString() {
        return call + (findings.isEmpty() ? "" : " " + reasons());
    }
}
