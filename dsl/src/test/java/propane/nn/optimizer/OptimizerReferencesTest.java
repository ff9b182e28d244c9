package propane.nn.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.nn.Run;
import propane.nn.WeightFilters;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

/**
 * Optimizers that there are no golden vectors of, against their papers' formulas as plain loops.
 */
class OptimizerReferencesTest {
    private static final int STEPS = 12;
    private static final double RATE = 0.03;

    /** One update by a paper's formula; everything but the weights is its own. */
    private interface Reference {
        void step(int t, double[] w, double[] g);
    }

    /** Chen et al., 2023, algorithm 2. */
    private static Reference lion(double beta1, double beta2, double decay, int size) {
        double[] m = new double[size];
        return (_, w, g) -> {
            for (int i = 0; i < w.length; i++) {
                double c = beta1 * m[i] + (1 - beta1) * g[i];
                w[i] -= RATE * (Math.signum(c) + decay * w[i]);
                m[i] = beta2 * m[i] + (1 - beta2) * g[i];
            }
        };
    }

    /** Shazeer and Stern, 2018, algorithms 4 and 5, with PyTorch's order and constants. */
    private static Reference adafactor(int rows, int columns, double decay) {
        double tiny = Math.ulp(1f);
        double[] r = new double[rows];
        double[] c = new double[columns];
        double[] v = new double[rows * columns];
        return (t, w, g) -> {
            double share = Math.pow(t, -0.8);
            double[] u = new double[w.length];
            if (rows > 1) {
                double[] row = new double[rows];
                double[] column = new double[columns];
                for (int i = 0; i < w.length; i++) {
                    row[i / columns] += g[i] * g[i] / columns;
                    column[i % columns] += g[i] * g[i] / rows;
                }
                double mean = 0;
                for (int i = 0; i < rows; i++) {
                    r[i] += share * (row[i] - r[i]);
                    mean += r[i] / rows;
                }
                for (int i = 0; i < columns; i++) {
                    c[i] += share * (column[i] - c[i]);
                }
                for (int i = 0; i < w.length; i++) {
                    v[i] = r[i / columns] * c[i % columns] / Math.max(mean, tiny);
                }
            } else {
                for (int i = 0; i < w.length; i++) {
                    v[i] += share * (g[i] * g[i] - v[i]);
                }
            }
            double squares = 0;
            double size = 0;
            for (int i = 0; i < w.length; i++) {
                u[i] = g[i] / Math.sqrt(Math.max(v[i], tiny * tiny));
                squares += u[i] * u[i] / w.length;
                size += w[i] * w[i] / w.length;
            }
            double alpha = Math.max(1e-3, Math.sqrt(size)) * Math.min(RATE, 1 / Math.sqrt(t));
            double clip = Math.max(1, Math.sqrt(squares));
            for (int i = 0; i < w.length; i++) {
                w[i] = w[i] * (1 - RATE * decay) - alpha / clip * u[i];
            }
        };
    }

    /** You et al., 2020, algorithm 2, the decay within the trust ratio. */
    private static Reference lamb(double decay, int size) {
        double[] m = new double[size];
        double[] v = new double[size];
        return (t, w, g) -> {
            double[] u = new double[size];
            for (int i = 0; i < size; i++) {
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                double first = m[i] / (1 - Math.pow(0.9, t));
                double second = v[i] / (1 - Math.pow(0.999, t));
                u[i] = first / (Math.sqrt(second) + 1e-6) + decay * w[i];
            }
            double trust = trust(w, u);
            for (int i = 0; i < size; i++) {
                w[i] -= RATE * trust * u[i];
            }
        };
    }

    /** You et al., 2017, algorithm 1. */
    private static Reference lars(double trust, double decay, int size) {
        double[] m = new double[size];
        return (_, w, g) -> {
            double[] u = new double[size];
            for (int i = 0; i < size; i++) {
                u[i] = g[i] + decay * w[i];
            }
            double rate = RATE * trust * trust(w, u);
            for (int i = 0; i < size; i++) {
                m[i] = 0.9 * m[i] + rate * u[i];
                w[i] -= m[i];
            }
        };
    }

    private static double trust(double[] w, double[] u) {
        double size = 0;
        double length = 0;
        for (int i = 0; i < w.length; i++) {
            size += w[i] * w[i];
            length += u[i] * u[i];
        }
        return Math.sqrt(size / length);
    }

    private static void check(Optimizer optimizer, Reference reference, Shape shape) {
        NDArray w = Run.normal(5, shape.toArray());
        double[] expected = w.doubles().clone();
        var slots = new KeptSlots(shape, RATE);
        for (int t = 1; t <= STEPS; t++) {
            NDArray gradient = Run.normal(100 + t, shape.toArray());
            w = slots.step(optimizer, w, gradient);
            reference.step(t, expected, gradient.doubles());
            for (int i = 0; i < expected.length; i++) {
                assertThat(w.at(i))
                        .as("step %d element %d", t, i)
                        .isCloseTo(expected[i], within(2e-6));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0.9,0.99,0", "0.95,0.98,0.1", "0,0,0.5"})
    void lionIsItsPapers(double beta1, double beta2, double decay) {
        var lion = Optimizers.lion(RATE).betas(beta1, beta2).weightDecay(decay);
        check(lion, lion(beta1, beta2, decay, 12), Shape.shape(3, 4));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void lambIsItsPapers(double decay) {
        check(Optimizers.lamb(RATE).weightDecay(decay), lamb(decay, 12), Shape.shape(3, 4));
    }

    @ParameterizedTest
    @CsvSource({"0.001,0", "0.02,0.1"})
    void larsIsItsPapers(double trust, double decay) {
        var lars = Optimizers.lars(RATE, trust, WeightFilters.all()).weightDecay(decay);
        check(lars, lars(trust, decay, 12), Shape.shape(3, 4));
    }

    /** Where a norm is 0 there is no ratio: the update stays as it is. */
    @Test
    void aWeightOfZerosMoves() {
        NDArray zeros = NDArray.full(TensorType.float32(Shape.shape(2)), 0);
        NDArray gradient = NDArray.of(new float[] {1, -2});
        Optimizer lars = Optimizers.lars(RATE);
        NDArray moved = new KeptSlots(zeros.shape(), RATE).step(lars, zeros, gradient);
        assertThat(moved.at(1)).isCloseTo(2 * RATE, within(1e-7));
        NDArray ones = NDArray.full(zeros.type(), 1);
        assertThat(new KeptSlots(zeros.shape(), RATE).step(lars, ones, zeros)).isEqualTo(ones);
    }

    @ParameterizedTest
    @CsvSource({"3,4,0", "2,7,0.1", "1,9,0", "1,1,0.2"})
    void adafactorIsItsPapers(int rows, int columns, double decay) {
        Shape shape = rows > 1 ? Shape.shape(rows, columns) : Shape.shape(columns);
        var adafactor = Optimizers.adafactor(RATE).weightDecay(decay);
        check(adafactor, adafactor(rows, columns, decay), shape);
    }
}
