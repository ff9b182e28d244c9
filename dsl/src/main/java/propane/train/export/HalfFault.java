package propane.train.export;

import propane.coreml.write.HeldWeights;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the operation of a model of float16 at which its numbers leave those of float32, by
 * computing all of it twice: rounded, and not.
 */
final class HalfFault {
    private static final float LARGEST = 65_504;

    private final Program.Function half;
    private final HeldWeights weights;
    private final Map<String, NDArray> example;

    HalfFault(Program.Function half, HeldWeights weights, Map<String, NDArray> example) {
        this.half = half;
        this.weights = weights;
        this.example = example;
    }

    /** Returns the weight that float16 cannot hold, or the operation, in words. */
    String text() {
        return weight().orElseGet(this::operation);
    }

    /** Returns the first weight that float16 cannot hold, whether an example reads it or not. */
    Optional<String> weight() {
        for (Port port : half.inputs()) {
            if (port.role().isModel() && port.type().dtype() == DType.FLOAT16) {
                double largest = 0;
                for (double value : weights.values().get(port.name()).doubles()) {
                    largest = Math.max(largest, Math.abs(value));
                }
                if (largest > LARGEST) {
                    return Optional.of(
                            String.format(
                                    Locale.ROOT,
                                    "%s %s holds %.4g, float16 ends at %.0f",
                                    port.role(),
                                    port.name(),
                                    largest,
                                    LARGEST));
                }
            }
        }
        return Optional.empty();
    }

    private String operation() {
        List<Operation> operations =
                half.operations().stream()
                        .filter(operation -> !(operation.op() instanceof Leaf))
                        .filter(operation -> !(operation.op() instanceof ElementwiseUnary.Cast))
                        .toList();
        List<Tensor> results =
                operations.stream().flatMap(operation -> operation.results().stream()).toList();
        var rounded = new HashMap<String, NDArray>();
        var exact = new HashMap<String, double[]>();
        for (Port port : half.inputs()) {
            boolean isModel = port.role().isModel();
            NDArray whole = (isModel ? weights.values() : example).get(port.name());
            rounded.put(port.name(), isModel ? weights.value(port) : whole);
            exact.put(port.name(), whole.doubles());
        }
        List<NDArray> found = Interpreter.run(results, rounded);
        List<double[]> wanted = Interpreter.runExact(results, exact);
        int first = 0;
        double most = 0;
        for (int i = 0; i < results.size() && most <= HalfComparison.TOLERANCE; i++) {
            double share = share(found.get(i).doubles(), wanted.get(i));
            if (share > most) {
                most = share;
                first = i;
            }
        }
        return String.format(
                Locale.ROOT,
                "%s %s made %s, whose largest number is %.4g, %s",
                OpSchema.of(results.get(first).op()).name(),
                results.get(first).type(),
                results.get(first).operation().source(),
                largest(wanted.get(first)),
                Double.isInfinite(most)
                        ? "is the first that is not finite"
                        : String.format(
                                Locale.ROOT, "is the first that is off, by %.1g of it", most));
    }

    /**
     * Returns the largest difference as a share of the largest number; infinite where not finite.
     */
    private static double share(double[] found, double[] wanted) {
        double apart = 0;
        for (int i = 0; i < found.length; i++) {
            double each = Math.abs(found[i] - wanted[i]);
            if (!Double.isFinite(each)) {
                return Double.POSITIVE_INFINITY;
            }
            apart = Math.max(apart, each);
        }
        return apart == 0 ? 0 : apart / Math.max(largest(wanted), Float.MIN_NORMAL);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        return largest;
    }
}
