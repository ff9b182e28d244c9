package propane.spi;

import propane.spi.op.Evaluation;
import propane.spi.op.HalfPrecision;
import propane.spi.op.Integers;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes any tensor at once with the ops' own plain loops, in doubles: slow, simple, and what
 * every fast kernel is held against.
 */
public final class Interpreter {
    private Interpreter() {}

    /**
     * Returns the values of some tensors, rounded to their types. Those of float16 are rounded on
     * the way, too, operation by operation ({@link HalfPrecision}).
     *
     * @param inputs the values at the ports, by name
     * @throws UnknownNameException if a port that is needed has no value
     * @throws ShapeException if a value is not of its port's type
     */
    public static List<NDArray> run(List<Tensor> outputs, Map<String, NDArray> inputs) {
        var exact = new LinkedHashMap<String, double[]>();
        for (Port port : Graph.inputs(outputs)) {
            NDArray value = inputs.get(port.name());
            if (value == null) {
                throw new UnknownNameException(
                        Problem.ofRule("interpreter: no value for the port " + port)
                                .operand("port", port.tensor()));
            }
            if (!value.type().equals(port.type())) {
                throw new ShapeException(
                        Problem.ofRule("interpreter: port " + port + " was given " + value.type())
                                .operand("port", port.tensor())
                                .operand("value", value));
            }
            exact.put(port.name(), value.doubles());
        }
        var values = run(outputs, exact, true);
        var rounded = new ArrayList<NDArray>();
        for (int i = 0; i < values.size(); i++) {
            rounded.add(NDArray.of(values.get(i), outputs.get(i).type()));
        }
        return rounded;
    }

    /** Returns the value of one tensor that needs no ports. */
    public static NDArray run(Tensor output) {
        return run(List.of(output), Map.of()).getFirst();
    }

    /** Returns the values of a function's outputs by port name. */
    public static Map<String, NDArray> run(Program.Function function, Map<String, NDArray> inputs) {
        var values = run(function.values(), inputs);
        var named = new LinkedHashMap<String, NDArray>();
        for (int i = 0; i < values.size(); i++) {
            named.put(function.outputs().get(i).port().name(), values.get(i));
        }
        return named;
    }

    /**
     * Returns the values of some tensors as doubles, nothing rounded on the way but sums of
     * float16.
     *
     * @param inputs the values at the ports, by name, in row-major order
     */
    public static List<double[]> runExact(List<Tensor> outputs, Map<String, double[]> inputs) {
        return run(outputs, inputs, false);
    }

    /**
     * Evaluates an operation and makes its results what their types hold: a float16 is rounded as
     * {@link HalfPrecision} says, an int32 is cut to a whole number and wraps around. A float32
     * stays as exact as a double is.
     */
    public static void evaluate(Operation operation, Evaluation evaluation) {
        operation.op().evaluate(evaluation);
        for (int i = 0; i < operation.results().size(); i++) {
            double[] values = evaluation.result(i);
            switch (operation.result(i).dtype()) {
                case FLOAT16 -> HalfPrecision.round(operation, values);
                case INT32 -> Integers.wrap(values);
                case FLOAT32, BOOL -> {}
            }
        }
    }

    /**
     * Returns the results of an operation.
     *
     * @param operands the values of its operands
     */
    public static List<NDArray> evaluate(Operation operation, Map<Tensor, NDArray> operands) {
        Map<Tensor, double[]> values = new IdentityHashMap<>();
        operation.operands().forEach(x -> values.put(x, operands.get(x).doubles()));
        operation.results().forEach(y -> values.put(y, new double[y.shape().size()]));
        evaluate(operation, new Values(operation, values));
        return operation.results().stream().map(y -> NDArray.of(values.get(y), y.type())).toList();
    }

    private static List<double[]> run(
            List<Tensor> outputs, Map<String, double[]> inputs, boolean rounds) {
        Map<Tensor, double[]> values = new IdentityHashMap<>();
        for (Operation operation : Graph.operations(outputs)) {
            switch (operation.op()) {
                case Leaf.Input(Port port) ->
                        values.put(operation.result(0), inputs.get(port.name()));
                case Leaf.Const(NDArray value) -> values.put(operation.result(0), value.doubles());
                default -> {
                    for (Tensor result : operation.results()) {
                        values.put(result, new double[result.shape().size()]);
                    }
                    var evaluation = new Values(operation, values);
                    if (rounds) {
                        evaluate(operation, evaluation);
                    } else {
                        operation.op().evaluate(evaluation);
                    }
                }
            }
        }
        return outputs.stream().map(values::get).toList();
    }

    private record Values(Operation operation, Map<Tensor, double[]> values) implements Evaluation {
        @Override
        public double[] of(Tensor operand) {
            return values.get(operand);
        }

        @Override
        public double[] result(int index) {
            return values.get(operation.result(index));
        }
    }
}
