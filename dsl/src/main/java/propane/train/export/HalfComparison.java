package propane.train.export;

import propane.coreml.write.HeldWeights;
import propane.engine.Engine;
import propane.spi.Bindings;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How far what a model of float16 predicts is from what the trainer predicts in float32. It is
 * computed one example at a time and rounded as on the Neural Engine ({@link
 * propane.spi.op.HalfPrecision}). Whole numbers that a model gives are not compared.
 *
 * @param difference the largest difference as a share of the largest number at the same output;
 *     infinite where one is not finite, be it that float32's is not either
 * @param example the index of the example that it was found at
 * @param isFinite whether float32's predictions of that example are finite
 */
public record HalfComparison(double difference, int example, boolean isFinite) {
    /** The largest difference that is let pass. */
    public static final double TOLERANCE = 1e-2;

    /**
     * Compares.
     *
     * @param half the model in the form in which it is written, for one example, its weights at
     *     ports
     * @param expected the trainer's predictions by output, each [n, …]
     */
    static HalfComparison of(
            Program.Function half,
            HeldWeights weights,
            ExampleInputs examples,
            Map<String, NDArray> expected) {
        var largest = new LinkedHashMap<String, Double>();
        expected.forEach((output, value) -> largest.put(output, largest(value)));
        var found = new HalfComparison(0, 0, true);
        Program program = Program.of(half);
        try (Bindings bindings = Bindings.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, bindings)) {
            for (Port port : half.inputs()) {
                if (port.role().isModel()) {
                    bindings.write(port, weights.value(port));
                }
            }
            compiled.refresh();
            for (int i = 0; i < examples.count(); i++) {
                Map<String, NDArray> example = examples.at(i);
                half.inputs().stream()
                        .filter(input -> example.containsKey(input.name()))
                        .forEach(input -> bindings.write(input, example.get(input.name())));
                compiled.upload();
                compiled.run(half.name());
                for (Program.Output output : half.outputs()) {
                    if (output.port().type().dtype().isFloat()) {
                        String name = output.port().name();
                        NDArray wanted = expected.get(name).slice(i, i + 1);
                        double apart =
                                apart(bindings.read(output.port()), wanted) / largest.get(name);
                        found = found.or(apart, i, isFinite(wanted));
                    }
                }
            }
        }
        return found;
    }

    private HalfComparison or(double other, int at, boolean wantedIsFinite) {
        return other > difference ? new HalfComparison(other, at, wantedIsFinite) : this;
    }

    private static boolean isFinite(NDArray value) {
        for (int i = 0; i < value.size(); i++) {
            if (!Double.isFinite(value.at(i))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the largest magnitude that is finite, above 0. */
    private static double largest(NDArray value) {
        double largest = Float.MIN_NORMAL;
        for (int i = 0; i < value.size(); i++) {
            double size = Math.abs(value.at(i));
            largest = Double.isFinite(size) ? Math.max(largest, size) : largest;
        }
        return largest;
    }

    private static double apart(NDArray found, NDArray wanted) {
        double most = 0;
        for (int i = 0; i < found.size(); i++) {
            double apart = Math.abs(found.at(i) - wanted.at(i));
            most = Math.max(most, Double.isFinite(apart) ? apart : Double.POSITIVE_INFINITY);
        }
        return most;
    }

    /** Returns whether float16 is near enough. */
    boolean isNear() {
        return difference <= TOLERANCE;
    }

    /** Returns the difference in words. */
    @Override
    public String toString() {
        return Double.isInfinite(difference)
                ? "are not finite " + (isFinite ? "where float32's are" : "as float32's are not")
                : String.format(
                        Locale.ROOT,
                        "differ from float32's by %.1g of the largest output at most",
                        difference);
    }
}
