package propane.gradient.edges;

import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A row of the table: an op at an edge, and its gradients there.
 *
 * @param what what is special about it
 * @param op makes the op over its operands of floating point
 * @param operands their values
 * @param cotangents the gradient of the first result; empty for ones everywhere, in all results
 * @param gradients the gradients of the operands
 */
record Edge(
        String what,
        Function<List<Tensor>, Op> op,
        List<NDArray> operands,
        List<double[]> cotangents,
        List<double[]> gradients) {

    /** Returns a row that has no operands yet. */
    static Edge edge(String what, Function<List<Tensor>, Op> op) {
        return new Edge(what, op, List.of(), List.of(), List.of());
    }

    /** Returns a row of an op of one vector, whose results' gradients are 1. */
    static Edge edge(Function<Tensor, Op> op, double[] at, double[] gradient) {
        return edge("edges", x -> op.apply(x.getFirst())).at(at).gives(gradient);
    }

    /** Returns numbers. */
    static double[] of(double... numbers) {
        return numbers;
    }

    /** Returns a shape's lengths. */
    static int[] dims(int... lengths) {
        return lengths;
    }

    /** Returns this row with a vector as one more operand. */
    Edge at(double... values) {
        return at(dims(values.length), values);
    }

    /** Returns this row with one more operand. */
    Edge at(int[] dims, double... values) {
        var more = new ArrayList<>(operands);
        more.add(NDArray.of(values, TensorType.float32(Shape.shape(dims))));
        return new Edge(what, op, more, cotangents, gradients);
    }

    /** Returns this row for a gradient of the first result. */
    Edge cotangent(double... values) {
        return new Edge(what, op, operands, List.of(values), gradients);
    }

    /** Returns this row with the gradient of the next operand. */
    Edge gives(double... gradient) {
        var more = new ArrayList<>(gradients);
        more.add(gradient);
        return new Edge(what, op, operands, cotangents, more);
    }

    /** Returns this row with gradients of 0 of all operands that are left. */
    Edge givesZeros() {
        Edge all = this;
        for (int i = gradients.size(); i < operands.size(); i++) {
            all = all.gives(new double[operands.get(i).size()]);
        }
        return all;
    }

    /** Returns the ports of the operands. */
    List<Tensor> ports() {
        var ports = new ArrayList<Tensor>();
        for (NDArray each : operands) {
            ports.add(new Port("x" + ports.size(), Role.WEIGHT, each.type()).tensor());
        }
        return ports;
    }

    /** Makes the operation. */
    Operation make(List<Tensor> ports) {
        return Operation.of(op.apply(ports));
    }

    @Override
    public String toString() {
        return make(ports()).op().getClass().getSimpleName() + ": " + what;
    }
}
