package propane.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Holds the gradient of every op against central differences in doubles, and the gradient of that
 * gradient as well: by the operands and by what was asked of the first.
 */
class GradientCheckTest {
    private static final double STEP = 1e-6;
    private static final double TOLERANCE = 1e-6;

    static Stream<OpSample.Made> operations() {
        return OpSamples.all().stream()
                .filter(OpSample::isDifferentiated)
                .flatMap(sample ->
                        Stream.iterate(0L, seed -> seed < OpSamples.SEEDS, seed -> seed + 1)
                                .map(sample::make))
                .filter(made -> !floats(made.operation().operands()).isEmpty())
                .filter(made -> !floats(made.results()).isEmpty());
    }

    private static List<Tensor> floats(List<Tensor> tensors) {
        return tensors.stream().filter(tensor -> tensor.dtype().isFloat()).toList();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void gradientsAreDifferenceQuotients(OpSample.Made made) {
        var sum = new WeightedSum(made, floats(made.results()), "c");
        sum.requireGradients(TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void gradientsOfGradientsAreDifferenceQuotientsOfGradients(OpSample.Made made) {
        var first = new WeightedSum(made, floats(made.results()), "c");
        var second = new WeightedSum(made, first.gradients(), "d");
        second.values.putAll(first.values);
        second.requireGradients(TOLERANCE);
    }

    /** The sum of some tensors' elements, each times a weight that enters through a port. */
    private static final class WeightedSum {
        private final String name;
        private final List<Tensor> terms;
        private final List<Tensor> weights = new ArrayList<>();
        private final Map<String, double[]> values;

        private WeightedSum(OpSample.Made made, List<Tensor> terms, String prefix) {
            this.name = made.name();
            this.terms = terms;
            this.values = new HashMap<>(made.values());
            for (Tensor term : terms) {
                var port = new Port(prefix + weights.size(), Role.BATCH, term.type());
                weights.add(port.tensor());
                values.put(port.name(), made.draw().weights(term.shape().size()));
            }
        }

        /** Returns the gradients by the floating-point ports after the terms. */
        private List<Tensor> gradients() {
            return ReverseMode.gradients(terms, weights, places());
        }

        /** Returns what is differentiated by: the floating-point ports in the graph. */
        private List<Tensor> places() {
            var places = new ArrayList<Tensor>();
            for (Operation operation : Graph.operations(terms)) {
                if (operation.op() instanceof Leaf.Input) {
                    places.addAll(floats(operation.results()));
                }
            }
            return places;
        }

        private static Port port(Tensor input) {
            return ((Leaf.Input) input.op()).port();
        }

        private double at() {
            double sum = 0;
            var computed = Interpreter.runExact(terms, values);
            for (int i = 0; i < computed.size(); i++) {
                double[] weight = values.get(port(weights.get(i)).name());
                for (int k = 0; k < weight.length; k++) {
                    sum += computed.get(i)[k] * weight[k];
                }
            }
            return sum;
        }

        private void requireGradients(double tolerance) {
            var places = places();
            var found = Interpreter.runExact(gradients(), values);
            for (int i = 0; i < places.size(); i++) {
                Port port = port(places.get(i));
                double[] x = values.get(port.name());
                double[] gradient = found.get(i);
                assertThat(gradient).as(name + ", by " + port).hasSameSizeAs(x);
                double[] quotients = quotients(x);
                double scale = 1;
                for (double quotient : quotients) {
                    scale = Math.max(scale, Math.abs(quotient));
                }
                for (int k = 0; k < x.length; k++) {
                    assertThat(Math.abs(gradient[k] - quotients[k]) / scale)
                            .as(
                                    "%s, by element %d of %s: gradient %s, difference quotient %s",
                                    name, k, port, gradient[k], quotients[k])
                            .isLessThan(tolerance);
                }
            }
        }

        private double[] quotients(double[] x) {
            double[] quotients = new double[x.length];
            for (int k = 0; k < x.length; k++) {
                double here = x[k];
                x[k] = here + STEP;
                double above = at();
                x[k] = here - STEP;
                quotients[k] = (above - at()) / (2 * STEP);
                x[k] = here;
            }
            return quotients;
        }
    }
}
