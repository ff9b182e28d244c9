package propane.nn;

/** The built-in optimizers. */
public final class Optimizers {
    private Optimizers() {}

    /** Returns several optimizers, each for the weights that {@link Optimizer#on} gave it. */
    public static Optimizer groups(Optimizer... optimizers) {
        return new OptimizerGroups(java.util.List.of(optimizers));
    }
}
