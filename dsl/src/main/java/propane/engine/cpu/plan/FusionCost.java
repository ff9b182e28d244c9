package propane.engine.cpu.plan;

/**
 * What it costs to compute an operation in one loop with others.
 *
 * @param weight about how many vector instructions it takes; 0 if it is not to be joined
 * @param vector whether vectors can do it
 */
public record FusionCost(int weight, boolean vector) {
    /** Of what is computed alone. */
    public static final FusionCost ALONE = new FusionCost(0, false);

    /** Returns whether the operation may be joined with others. */
    public boolean fuses() {
        return weight > 0;
    }
}
