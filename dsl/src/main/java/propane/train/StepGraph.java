package propane.train;

import propane.nn.Tensors;

/**
 * A step traced for batches of one size, as it trains or as it evaluates; functions are cuts of it.
 *
 * @param trace what was predicted, differentiated and updated
 * @param inputs the batch it was traced with
 * @param report the numbers it reports
 */
record StepGraph(StepTrace trace, Tensors inputs, Report report) {
    /** Returns the model's outputs for the batch; what the step predicted is not traced again. */
    Tensors outputs() {
        return trace.predicted(inputs);
    }
}
