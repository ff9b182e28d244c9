package propane.data;

import propane.spi.op.CounterRandom;

/** In which order an epoch visits the rows of a data set; a function of the epoch alone. */
sealed interface RowOrder {
    /** Puts rows into the order of an epoch; they come in the order of the data. */
    void arrange(int[] rows, int epoch);

    /** The order of the data, in every epoch. */
    record AsGiven() implements RowOrder {
        @Override
        public void arrange(int[] rows, int epoch) {
            // They are.
        }
    }

    /**
     * Another order in each epoch.
     *
     * @param seed the seed
     */
    record Shuffled(long seed) implements RowOrder {
        @Override
        public void arrange(int[] rows, int epoch) {
            shuffle(rows, seed, epoch);
        }
    }

    /** Shuffles (Fisher and Yates; Durstenfeld, 1964). */
    static void shuffle(int[] rows, long seed, long stream) {
        for (int i = rows.length - 1; i > 0; i--) {
            // The high half of 32 random bits times the count is a number below the count.
            long bits = CounterRandom.bits(seed, stream, i) >>> 32;
            int j = (int) (bits * (i + 1) >>> 32);
            int row = rows[i];
            rows[i] = rows[j];
            rows[j] = row;
        }
    }
}
