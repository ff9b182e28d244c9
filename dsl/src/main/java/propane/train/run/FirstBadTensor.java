package propane.train.run;

import propane.engine.Frame;
import propane.tensor.Evaluation;
import propane.tensor.Leaf;
import propane.tensor.NDArray;
import propane.tensor.OpSchema;
import propane.tensor.Operation;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds where a value stopped being finite, by computing a function again, op by op. */
final class FirstBadTensor {
    private FirstBadTensor() {}

    /** Returns a text that names the first tensor with an element that is not finite. */
    static String find(Program.Function function, Frame frame) {
        Map<Tensor, NDArray> values = new IdentityHashMap<>();
        for (Operation operation : function.operations()) {
            for (Tensor result : evaluate(operation, values, frame)) {
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
            Operation operation, Map<Tensor, NDArray> values, Frame frame) {
        switch (operation.op()) {
            case Leaf.Input(Port port) -> values.put(operation.result(0), frame.read(port));
            case Leaf.Const(NDArray value) -> values.put(operation.result(0), value);
            default -> {
                Map<Tensor, double[]> exact = new IdentityHashMap<>();
                operation.operands().forEach(x -> exact.put(x, values.get(x).doubles()));
                var results = new ArrayList<double[]>();
                operation
                        .results()
                        .forEach(result -> results.add(new double[result.shape().size()]));
                operation.op().evaluate(new Plain(exact, results));
                for (Tensor result : operation.results()) {
                    values.put(result, NDArray.of(results.get(result.index()), result.type()));
                }
            }
        }
        return operation.results();
    }

    private record Plain(Map<Tensor, double[]> values, List<double[]> results)
            implements Evaluation {
        @Override
        public double[] of(Tensor operand) {
            return values.get(operand);
        }

        @Override
        public double[] result(int index) {
            return results.get(index);
        }
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
