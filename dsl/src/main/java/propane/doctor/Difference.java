package propane.doctor;

import propane.tensor.NDArray;

import java.util.Map;

/** How far results lie from what they should be. */
final class Difference {
    /** What float16 sums may differ by, as part of the largest number. */
    static final double TOLERATED = 0.02;

    private Difference() {}

    /**
     * Returns the largest difference as part of the largest wanted number of each array; infinite
     * where one is not finite or missing.
     */
    static double between(Map<String, NDArray> got, Map<String, NDArray> wanted) {
        double worst = 0;
        for (Map.Entry<String, NDArray> entry : wanted.entrySet()) {
            if (!got.containsKey(entry.getKey())) {
                return Double.POSITIVE_INFINITY;
            }
            worst = Math.max(worst, of(got.get(entry.getKey()), entry.getValue()));
        }
        return worst;
    }

    private static double of(NDArray got, NDArray wanted) {
        double largest = Double.MIN_NORMAL;
        double apart = 0;
        for (int i = 0; i < wanted.size(); i++) {
            double difference = Math.abs(got.at(i) - wanted.at(i));
            // A comparison with what is no number is false.
            if (!(difference < Double.POSITIVE_INFINITY)) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, Math.abs(wanted.at(i)));
            apart = Math.max(apart, difference);
        }
        return apart / largest;
    }
}
