package propane.train.run;

import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds where a value stopped being finite, by computing a function again, op by op. */
public final class AnomalyDetection {
    private AnomalyDetection() {}

    /** Returns a text that names the first tensor with an element that is not finite. */
    public static String find(Program.Function function, Bindings bindings) {
        Map<Tensor, NDArray> values = new IdentityHashMap<>();
        for (Operation operation : function.operations()) {
            for (Tensor result : evaluate(operation, values, bindings)) {
                NDArray value = values.get(result);
                int bad = firstBad(value);
                if (bad >= 0) {
                    return described(operation, result, value, bad, values);
                }
            }
        }
        return "computed again in plain loops all is finite, so rounding alone decides";
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

    private static String described(
            Operation operation,
            Tensor result,
            NDArray value,
            int bad,
            Map<Tensor, NDArray> values) {
        var text = new StringBuilder();
        if (operation.op() instanceof Leaf.Input(Port port)) {
            text.append(port.role()).append(' ').append(port);
        } else {
            text.append(OpSchema.of(operation.op()).name())
                    .append(' ')
                    .append(result.type())
                    .append(" made ")
                    .append(operation.source());
        }
        text.append(": element ").append(bad).append(" is ").append(value.at(bad));
        for (Tensor operand : operation.operands()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%n    %s, largest magnitude %.4g",
                            operand,
                            largest(values.get(operand))));
        }
        return text.toString();
    }

    private static double largest(NDArray value) {
        double largest = 0;
        for (int i = 0; i < value.size(); i++) {
            largest = Math.max(largest, Math.abs(value.at(i)));
        }
        return largest;
    }
}
