package propane.differential;

import propane.json.Json;

/**
 * How a case is trained.
 *
 * @param batch the examples of a batch
 * @param examples all examples
 * @param epochs how often all are gone through
 * @param accumulate the batches of an update
 * @param isFit whether by fit with a callback, else step by step
 * @param start how the trainer gets its first weights
 * @param evaluated how many of the examples are evaluated
 */
record Loop(
        int batch,
        int examples,
        int epochs,
        int accumulate,
        boolean isFit,
        Start start,
        int evaluated) {
    /** Where first weights come from. */
    enum Start {
        /** From the layers' own first values. */
        OWN,
        /** Drawn ones, which the model starts from. */
        STARTING_FROM,
        /** Drawn ones, which the trainer loads. */
        LOAD
    }

    /**
     * Draws a loop of 5 to 10 steps or so.
     *
     * @param leastRest the least number of examples of a last, smaller batch
     */
    static Loop draw(Dice dice, int leastRest) {
        int batch = dice.between(4, 7);
        int accumulate = dice.chance(0.3) ? dice.between(2, 3) : 1;
        boolean isFit = dice.chance(0.5);
        // An update of single steps knows no end of an epoch.
        int steps = isFit ? dice.between(2, 5) : accumulate * dice.between(1, 5 / accumulate);
        int rest = dice.chance(0.5) ? dice.between(leastRest, batch) : batch;
        int examples = (steps - 1) * batch + rest;
        return new Loop(
                batch,
                examples,
                Math.max(1, dice.between(5, 10) / steps),
                accumulate,
                isFit,
                dice.oneOf(Start.values()),
                dice.between(Math.min(2, examples), examples));
    }

    Json json() {
        return Json.object()
                .with("batch", batch)
                .with("examples", examples)
                .with("epochs", epochs)
                .with("gradientAccumulation", accumulate)
                .with("fit", isFit)
                .with("evaluated", evaluated);
    }
}
