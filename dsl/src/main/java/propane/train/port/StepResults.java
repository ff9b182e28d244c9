package propane.train.port;

/** Results of a step that no metric is asked for. */
public final class StepResults {
    /** The norm of all gradients as optimizers have them, float32 [1]. */
    public static final String GRADIENT_NORM = "step/gradient_norm";

    /** The largest gradient, unscaled, where the loss is scaled, float32 [1]. */
    public static final String LARGEST_GRADIENT = "max_gradient";

    private StepResults() {}
}
