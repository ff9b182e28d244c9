package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import propane.tensor.NDArray;

/** Holds arrays against each other. */
public final class Near {
    private Near() {}

    /**
     * Asserts that two arrays have one type and that max|a − b| ≤ tolerance · max(1, max|b|), with
     * infinities and NaN in the same places.
     */
    public static void assertNear(NDArray actual, NDArray expected, double tolerance, String what) {
        assertThat(actual.type()).as(what).isEqualTo(expected.type());
        double scale = 1;
        for (int i = 0; i < expected.size(); i++) {
            if (Double.isFinite(expected.at(i))) {
                scale = Math.max(scale, Math.abs(expected.at(i)));
            }
        }
        for (int i = 0; i < expected.size(); i++) {
            double a = actual.at(i);
            double b = expected.at(i);
            boolean near =
                    Double.isFinite(b)
                            ? Math.abs(a - b) <= tolerance * scale
                            : Double.compare(a, b) == 0;
            assertThat(near).as("%s: element %d is %s, expected %s", what, i, a, b).isTrue();
        }
    }
}
