package propane.spi.op;

/** Functions that the JDK lacks or would let overflow, in doubles. */
final class SpecialFunctions {
    private static final double LIMIT = 6;
    private static final double SERIES_ENDS = 2.5;

    private SpecialFunctions() {}

    /** Returns 1 / (1 + e<sup>−x</sup>) without overflow. */
    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** Returns ln(1 + e<sup>x</sup>) without overflow. */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /**
     * Returns the error function, exact to about 1e-15: by its power series near 0, by the
     * continued fraction of its complement beyond (Abramowitz and Stegun, 1964, 7.1.6 and 7.1.14).
     */
    static double erf(double x) {
        double z = Math.abs(x);
        if (z > LIMIT) {
            return Math.signum(x);
        }
        return Math.signum(x) * (z < SERIES_ENDS ? series(z) : 1 - complement(z));
    }

    /** 2/√π e<sup>−z²</sup> Σ 2<sup>n</sup> z<sup>2n+1</sup> / (1·3·5…(2n+1)): all positive. */
    private static double series(double z) {
        double term = z;
        double sum = z;
        for (int n = 1; term > 1e-17 * sum; n++) {
            term *= 2 * z * z / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
    }

    /** e<sup>−z²</sup>/√π · 1/(z + ½/(z + 1/(z + 3⁄2/(z + 2/(z + …))))), from its end. */
    private static double complement(double z) {
        double fraction = z;
        for (int n = 120; n > 0; n--) {
            fraction = z + n / 2.0 / fraction;
        }
        return Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction;
    }
}
