package propane.engine.cpu.loop;

import propane.spi.op.Broadcast;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How nested loops run over a shape and where each of several operands, broadcast to it, is read:
 * axes along which all operands go on alike are one loop.
 *
 * @param dims the lengths of the loops, outermost first; at least one
 * @param strides for each operand its step in elements along each loop, 0 where it is broadcast;
 *     along the last loop 1 or 0
 */
record Iteration(int[] dims, List<int[]> strides) {

    /** Returns the loops over a shape. */
    static Iteration over(Shape shape, List<Shape> operands) {
        var dims = new ArrayList<Integer>();
        var steps = new ArrayList<List<Integer>>();
        operands.forEach(_ -> steps.add(new ArrayList<>()));
        for (int axis = 0; axis < shape.rank(); axis++) {
            int length = shape.dim(axis);
            if (length == 1) {
                continue;
            }
            int[] axisSteps = new int[operands.size()];
            for (int i = 0; i < axisSteps.length; i++) {
                axisSteps[i] = Broadcast.step(operands.get(i), axis - shape.rank());
            }
            if (continues(steps, axisSteps, length)) {
                dims.set(dims.size() - 1, dims.getLast() * length);
                for (int i = 0; i < axisSteps.length; i++) {
                    steps.get(i).set(dims.size() - 1, axisSteps[i]);
                }
            } else {
                dims.add(length);
                for (int i = 0; i < axisSteps.length; i++) {
                    steps.get(i).add(axisSteps[i]);
                }
            }
        }
        if (dims.isEmpty()) {
            dims.add(1);
            steps.forEach(list -> list.add(1));
        }
        return new Iteration(ints(dims), steps.stream().map(Iteration::ints).toList());
    }

    /** Whether the loop so far and one more axis are one loop for every operand. */
    private static boolean continues(List<List<Integer>> steps, int[] axisSteps, int length) {
        for (int i = 0; i < axisSteps.length; i++) {
            if (steps.get(i).isEmpty() || steps.get(i).getLast() != axisSteps[i] * length) {
                return false;
            }
        }
        return axisSteps.length > 0;
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the number of loops. */
    int rank() {
        return dims.length;
    }

    /** Returns the length of the innermost loop. */
    int inner() {
        return dims[dims.length - 1];
    }

    /** Returns whether an operand is read element by element in the innermost loop. */
    boolean isLinear(int operand) {
        return strides.get(operand)[dims.length - 1] != 0;
    }

    /** Returns whether two operands are read at the same places. */
    boolean isAlike(int operand, int other) {
        return Arrays.equals(strides.get(operand), strides.get(other));
    }
}
