package propane.plan;

import propane.coreml.report.EstimateReport;

/** A training that nothing is compiled of yet. */
public interface PlannedTraining {
    /**
     * Returns what a step of it would take on each generation of devices.
     *
     * @throws propane.tensor.PropaneException if something in the training does not fit together
     */
    EstimateReport estimate();
}
