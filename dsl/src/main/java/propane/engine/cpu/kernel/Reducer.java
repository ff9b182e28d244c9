package propane.engine.cpu.kernel;

import propane.engine.cpu.math.Lanes;
import propane.spi.op.Reduction;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.List;

/**
 * Which elements a reduction takes together: the place of every result and the distances of its
 * elements from there. Neighbouring axes of one kind count as one.
 *
 * @param kept for each result, or each run of results, where its first element is
 * @param reduced how far from there its elements, or runs of elements, are
 * @param run the length of the innermost run
 * @param runIsReduced whether the run is reduced to one result; else it is a run of results
 */
public record Reducer(int[] kept, int[] reduced, int run, boolean runIsReduced) {

    /** Returns the elements that a reduction takes together. */
    static Reducer of(Reduction op) {
        Shape shape = op.x().shape();
        var isReduced = new ArrayList<Boolean>();
        var lengths = new ArrayList<Integer>();
        var reducedAxes = op.axes().stream().map(shape::axis).toList();
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean reduces = reducedAxes.contains(axis);
            if (shape.dim(axis) == 1) {
                continue;
            }
            if (!lengths.isEmpty() && isReduced.getLast() == reduces) {
                lengths.set(lengths.size() - 1, lengths.getLast() * shape.dim(axis));
            } else {
                lengths.add(shape.dim(axis));
                isReduced.add(reduces);
            }
        }
        if (lengths.isEmpty()) {
            lengths.add(1);
            isReduced.add(true);
        }
        int run = lengths.removeLast();
        boolean runIsReduced = isReduced.removeLast();
        return new Reducer(
                offsets(lengths, isReduced, run, false),
                offsets(lengths, isReduced, run, true),
                run,
                runIsReduced);
    }

    /** The offsets of all places along the axes of one kind. */
    private static int[] offsets(
            List<Integer> lengths, List<Boolean> isReduced, int run, boolean kind) {
        int[] strides = new int[lengths.size()];
        int stride = run;
        int count = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= lengths.get(axis);
            count *= isReduced.get(axis) == kind ? lengths.get(axis) : 1;
        }
        int[] offsets = new int[count];
        for (int i = 0; i < count; i++) {
            int left = i;
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                if (isReduced.get(axis) == kind) {
                    offsets[i] += left % lengths.get(axis) * strides[axis];
                    left /= lengths.get(axis);
                }
            }
        }
        return offsets;
    }

    /** Returns whether so much is reduced that vectors are worth it. */
    boolean isLarge() {
        return (long) kept.length * reduced.length * run >= 32 * Lanes.COUNT;
    }

    /** Returns how many elements make one result. */
    public static int count(Reduction op) {
        Shape shape = op.x().shape();
        int count = 1;
        for (int axis : op.axes().stream().map(shape::axis).distinct().toList()) {
            count *= shape.dim(axis);
        }
        return count;
    }
}
