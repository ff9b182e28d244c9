package propane.engine.cpu;

/**
 * What it costs to compute an operation in one loop with others.
 *
 * @param weight about how many vector instructions it takes; 0 if it is not to be joined
 * @param vector whether vectors can do it
 */
record FusionCost(int weight, boolean vector) {
    /** Of what is computed alone. */
    static final FusionCost ALONE = new FusionCost(0, false);

    /** Returns whether the operation may be joined with others. */
    boolean fuses() {
        return weight > 0;
    }
}
