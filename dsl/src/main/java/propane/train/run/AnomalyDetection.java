package propane.train.run;

import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.OpRule;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Tensor;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds where a value stopped being finite, by computing a function again, op by op. */
public final class AnomalyDetection {
    private AnomalyDetection() {}

    /**
     * Returns the problem of a step, with the first tensor that has an element that is not finite,
     * and what that was made of.
     *
     * @param what what became of the step
     */
    public static Problem find(String what, Program.Function function, Bindings bindings) {
        String rule = what + "\n    the first tensor that is not finite: ";
        Map<Tensor, NDArray> values = new IdentityHashMap<>();
        for (Operation operation : function.operations()) {
            for (Tensor result : evaluate(operation, values, bindings)) {
                NDArray value = values.get(result);
                int bad = firstBad(value);
                if (bad >= 0) {
                    String described = described(operation, result, value, bad);
                    return withOperands(Problem.ofRule(rule + described), operation, values);
                }
            }
        }
        return Problem.ofRule(
                rule + "computed again in plain loops all is finite, so rounding alone decides");
    }

    private static List<Tensor> evaluate(
            Operation operation, Map<Tensor, NDArray> values, Bindings bindings) {
        switch (operation.op()) {
            case Leaf.Input(Port port) -> values.put(operation.result(0), bindings.read(port));
            case Leaf.Const(NDArray value) -> values.put(operation.result(0), value);
            default -> {
                List<NDArray> results = Interpreter.evaluate(operation, values);
                operation
                        .results()
                        .forEach(result -> values.put(result, results.get(result.index())));
            }
        }
        return operation.results();
    }

    private static int firstBad(NDArray value) {
        for (int i = 0; i < value.size(); i++) {
            if (!Double.isFinite(value.at(i))) {
                return i;
            }
        }
        return -1;
    }

    private static String described(Operation operation, Tensor result, NDArray value, int bad) {
        String made =
                operation.op() instanceof Leaf.Input(Port port)
                        ? port.role() + " " + port
                        : OpSchema.of(operation.op()).name()
                                + " "
                                + result.type()
                                + " made "
                                + operation.source();
        return made + ": element " + bad + " is " + value.at(bad);
    }

    private static Problem withOperands(
            Problem problem, Operation operation, Map<Tensor, NDArray> values) {
        Problem whole = problem;
        for (Map.Entry<String, Tensor> each : OpRule.operands(operation.op()).entrySet()) {
            Tensor operand = each.getValue();
            String largest =
                    String.format(
                            Locale.ROOT, ", largest magnitude %.4g", largest(values.get(operand)));
            whole =
                    whole.operand(
                            new Problem.Operand(
                                    each.getKey(), operand.type() + largest, operand.origin()));
        }
        return whole;
    }

    private static double largest(NDArray value) {
        double largest = 0;
        for (int i = 0; i < value.size(); i++) {
            largest = Math.max(largest, Math.abs(value.at(i)));
        }
        return largest;
    }
}
