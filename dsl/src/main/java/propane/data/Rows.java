package propane.data;

import java.util.Arrays;

/** Which rows of a source a data set has, in the order of the source. */
sealed interface Rows {
    /** Returns how many there are. */
    int size();

    /** Returns one of them, from 0. */
    int at(int index);

    /** Returns some neighbours among them. */
    Rows slice(int from, int count);

    /** Copies all of them. */
    void copy(int[] to);

    /** Returns a copy of all of them. */
    default int[] toArray() {
        int[] all = new int[size()];
        copy(all);
        return all;
    }

    /**
     * Rows side by side, which take no memory.
     *
     * @param first the first of them
     * @param size how many
     */
    record Range(int first, int size) implements Rows {
        @Override
        public int at(int index) {
            return first + index;
        }

        @Override
        public Rows slice(int from, int count) {
            return new Range(first + from, count);
        }

        @Override
        public void copy(int[] to) {
            for (int i = 0; i < size; i++) {
                to[i] = first + i;
            }
        }
    }

    /**
     * Any rows.
     *
     * @param rows they, which nobody changes any more
     */
    record Chosen(int[] rows) implements Rows {
        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public int at(int index) {
            return rows[index];
        }

        @Override
        public Rows slice(int from, int count) {
            return new Chosen(Arrays.copyOfRange(rows, from, from + count));
        }

        @Override
        public void copy(int[] to) {
            System.arraycopy(rows, 0, to, 0, rows.length);
        }
    }
}
