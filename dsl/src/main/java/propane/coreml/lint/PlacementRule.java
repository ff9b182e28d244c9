package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.List;

/** A fact about the Neural Engine that can be seen in one operation. */
interface PlacementRule {
    /** Returns what is to be said of an operation, nothing where the fact does not concern it. */
    List<Finding> judge(MilCall call);
}
