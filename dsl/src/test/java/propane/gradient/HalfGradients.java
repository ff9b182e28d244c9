package propane.gradient;

import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.MeasuredNumbers;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.samples.OpSample;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.HalfPrecision;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The results of a sample operation and its gradients, in float16 and in doubles. */
final class HalfGradients {
    /** Half of what products on the Neural Engine can be: parts of a sum may be larger than it. */
    private static final double LARGEST = 16_000;

    /** The largest error as a share of the largest element. */
    private static final double NEAR = 0.02;

    private static final double[] SCALES = {1e-3, 1, 30, 1000};

    private final OpSample.Made made;
    private final List<Tensor> values;
    private final int gradients;
    private final LoweredFunction lowered;
    private final List<Program.Function> halves;
    private final Map<String, double[]> base = new LinkedHashMap<>();

    HalfGradients(OpSample.Made made) {
        this.made = made;
        var results = floats(made.results());
        var weights = new ArrayList<Tensor>();
        for (Tensor result : results) {
            String name = "c" + weights.size();
            int size = result.shape().size();
            Tensor port =
                    new Port(name, Role.BATCH, TensorType.float32(Shape.shape(size))).tensor();
            weights.add(port.reshape(result.shape().toArray()));
            base.put(name, made.draw().weights(size));
        }
        var found =
                isSecond(made)
                        ? List.<Tensor>of()
                        : ReverseMode.gradients(results, weights, places(results));
        this.gradients = found.size();
        this.values = Stream.concat(found.stream(), results.stream()).toList();
        var outputs = new ArrayList<Program.Output>();
        for (Tensor value : values) {
            outputs.add(
                    Program.Output.result(
                            "y" + outputs.size(), value.reshape(value.shape().size())));
        }
        this.lowered = NeuralEngineLowering.float16(Program.Function.of("f", outputs), Map.of());
        this.halves = List.of(lowered.function(), new MeasuredNumbers().apply(lowered.function()));
        base.putAll(made.values());
    }

    /** Second derivatives, of penalties of gradients, are not held in float16. */
    private static boolean isSecond(OpSample.Made made) {
        return OpSchema.of(made.operation().op()).name().endsWith("_gradient");
    }

    private static List<Tensor> floats(List<Tensor> tensors) {
        return tensors.stream().filter(tensor -> tensor.dtype().isFloat()).toList();
    }

    private static List<Tensor> places(List<Tensor> results) {
        var places = new ArrayList<Tensor>();
        for (Operation operation : Graph.operations(results)) {
            if (operation.op() instanceof Leaf.Input) {
                places.addAll(floats(operation.results()));
            }
        }
        return places;
    }

    /** Returns whether an operation has elements, and ports as the Neural Engine takes them. */
    static boolean isHalf(OpSample.Made made) {
        var results = floats(made.results());
        var ports = Graph.inputs(results);
        return !places(results).isEmpty()
                && results.stream().allMatch(result -> result.shape().size() > 0)
                && ports.stream()
                        .allMatch(port ->
                                port.type().shape().rank() > 0 && port.type().shape().size() > 0);
    }

    private List<Port> operands() {
        return lowered.inputs().stream()
                .map(PortLayout::port)
                .filter(port -> port.name().startsWith("x") && port.type().dtype().isFloat())
                .sorted(Comparator.comparing(Port::name))
                .toList();
    }

    /** Returns factors of the operands: of all alike, and of each alone. */
    List<double[]> scales() {
        int count = operands().size();
        var all = new ArrayList<double[]>();
        for (double scale : SCALES) {
            double[] each = new double[count];
            Arrays.fill(each, scale);
            all.add(each);
            for (int i = 0; count > 1 && scale != 1 && i < count; i++) {
                double[] one = new double[count];
                Arrays.fill(one, 1);
                one[i] = scale;
                all.add(one);
            }
        }
        return all;
    }

    /**
     * Returns what is wrong, a line each; nothing where operands or results do not fit.
     *
     * @param near the largest error as a share of what results over operands let expect
     */
    List<String> faults(double[] scales, double g, double near) {
        var inputs = scaled(scales, g);
        var exact = Interpreter.runExact(values, inputs);
        if (!exact.stream().flatMapToDouble(Arrays::stream).allMatch(x -> Math.abs(x) < LARGEST)) {
            return List.of();
        }
        Map<String, NDArray> halved = new LinkedHashMap<>();
        for (PortLayout layout : lowered.inputs()) {
            Port port = layout.port();
            halved.put(
                    layout.lowered().name(),
                    layout.lower(NDArray.of(inputs.get(port.name()), port.type())));
        }
        double result = 0;
        for (int i = gradients; i < exact.size(); i++) {
            result = Math.max(result, largest(exact.get(i)));
        }
        var faults = new ArrayList<String>();
        for (Program.Function half : halves) {
            var found = Interpreter.run(half, halved);
            for (int i = 0; i < exact.size(); i++) {
                PortLayout layout = lowered.outputs().get(i);
                double[] have = layout.raise(found.get(layout.lowered().name())).doubles();
                double expected =
                        i < gradients ? g * result / Arrays.stream(scales).max().orElse(1) : result;
                double apart = apart(have, exact.get(i));
                double allowed =
                        NEAR * largest(exact.get(i)) + near * expected + 0x1p-20 * Math.max(1, g);
                if (!(apart <= allowed)) {
                    faults.add(
                            "%s %d, operands × %s, gradient × %s: %s apart, largest %s, result %s"
                                    .formatted(
                                            i < gradients ? "gradient" : "result",
                                            i,
                                            Arrays.toString(scales),
                                            g,
                                            apart,
                                            largest(exact.get(i)),
                                            result));
                }
            }
        }
        return faults;
    }

    private Map<String, double[]> scaled(double[] scales, double g) {
        var operands = operands();
        var scaled = new LinkedHashMap<String, double[]>();
        for (PortLayout layout : lowered.inputs()) {
            Port port = layout.port();
            int operand = operands.indexOf(port);
            double factor = operand >= 0 ? scales[operand] : port.name().startsWith("c") ? g : 1;
            scaled.put(
                    port.name(),
                    Arrays.stream(base.get(port.name()))
                            .map(x -> HalfPrecision.rounded((float) (x * factor)))
                            .toArray());
        }
        return scaled;
    }

    private static double largest(double[] x) {
        return Arrays.stream(x).map(Math::abs).max().orElse(0);
    }

    private static double apart(double[] found, double[] wanted) {
        double most = 0;
        for (int i = 0; i < wanted.length; i++) {
            double apart = Math.abs(found[i] - wanted[i]);
            most = Double.isFinite(apart) ? Math.max(most, apart) : Double.POSITIVE_INFINITY;
        }
        return most;
    }
}
