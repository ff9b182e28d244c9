package propane.spi.op;

/**
 * Finds the first largest element of each window.
 *
 * @param window the windows
 * @param planes the number of channels of all images
 */
record Largest(Window window, int planes) {
    /** Takes the largest element of a place. */
    interface Taker {
        /** Takes one. */
        void of(int place, int element);
    }

    void each(double[] in, Taker taker) {
        int size = window.size();
        int[] table = window.table();
        for (int plane = 0; plane < planes; plane++) {
            for (int place = 0; place < window.count(); place++) {
                int best = -1;
                for (int i = 0; i < size; i++) {
                    int at = table[place * size + i];
                    if (at >= 0
                            && (best < 0
                                    || in[plane * window.area() + at]
                                            > in[plane * window.area() + best])) {
                        best = at;
                    }
                }
                taker.of(plane * window.count() + place, plane * window.area() + best);
            }
        }
    }
}
