package propane.train.step;

/**
 * One training step as the user writes it. It is traced once with symbolic tensors: predict, take
 * losses, differentiate, update, report.
 */
@FunctionalInterface
public interface Step {
    /**
     * Traces the step.
     *
     * @param model the model and its weights
     * @param batch a batch of examples
     */
    StepOutputs trace(TracedModel model, Examples batch);
}
