package propane.tensor;

import propane.spi.op.Axes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The static shape of a tensor: the length of each axis, outermost first. A shape without axes is a
 * scalar; an axis may have length 0.
 *
 * @param dims the axis lengths, none negative
 */
public record Shape(List<Integer> dims) {
    private static final Shape SCALAR = new Shape(List.of());

    /** Checks and copies the axis lengths. */
    public Shape {
        dims = List.copyOf(dims);
        for (int dim : dims) {
            if (dim < 0) {
                throw new ShapeException(
                        Problem.ofRule("shape " + dims + ": an axis length must not be negative")
                                .operand("dims", dims)
                                .fix("use lengths from 0 on"));
            }
        }
    }

    /** Returns the shape with these axis lengths. */
    public static Shape shape(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(Arrays.stream(dims).boxed().toList());
    }

    /** Returns the number of axes. */
    public int rank() {
        return dims.size();
    }

    /**
     * Returns the length of an axis.
     *
     * @param axis the axis; negative counts from the end
     */
    public int dim(int axis) {
        return dims.get(axis(axis));
    }

    /**
     * Returns an axis as a number from 0 to rank − 1.
     *
     * @param axis the axis; negative counts from the end
     * @throws ShapeException if there is no such axis
     */
    public int axis(int axis) {
        if (!hasAxis(axis)) {
            throw new ShapeException(
                    Problem.ofRule("shape: there is no axis " + axis + " in " + this)
                            .operand("shape", this)
                            .operand("axis", axis)
                            .fix(Axes.fix(this)));
        }
        return axis < 0 ? axis + rank() : axis;
    }

    /** Returns whether there is an axis; negative counts from the end. */
    public boolean hasAxis(int axis) {
        return axis >= -rank() && axis < rank();
    }

    /** Returns the number of elements; 1 for a scalar. */
    public int size() {
        long size = 1;
        for (int dim : dims) {
            // A product that has grown too large must not wrap around to a small one.
            size = Math.min(size, 1L << 31) * dim;
        }
        if (size > Integer.MAX_VALUE) {
            throw new ShapeException(
                    Problem.ofRule("shape " + this + " has more than 2^31 - 1 elements")
                            .operand("shape", this)
                            .fix("take smaller batches or layers"));
        }
        return (int) size;
    }

    /** Returns the axis lengths as a new array. */
    public int[] toArray() {
        return dims.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the distance in elements between neighbours along each axis, for row-major order. */
    public int[] strides() {
        int[] strides = new int[rank()];
        int stride = 1;
        for (int axis = rank() - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= dims.get(axis);
        }
        return strides;
    }

    /** Returns this shape with another length on one axis. */
    public Shape with(int axis, int length) {
        var changed = new ArrayList<>(dims);
        changed.set(axis(axis), length);
        return new Shape(changed);
    }

    /** Returns this shape after a new first axis. */
    public Shape prepend(int length) {
        var longer = new ArrayList<Integer>(rank() + 1);
        longer.add(length);
        longer.addAll(dims);
        return new Shape(longer);
    }

    /** Returns the axes before an axis, which may be negative. */
    public Shape before(int axis) {
        return new Shape(dims.subList(0, axis(axis)));
    }

    /** Returns the axes after an axis, which may be negative. */
    public Shape after(int axis) {
        return new Shape(dims.subList(axis(axis) + 1, rank()));
    }

    /** Returns this shape without its first axis. */
    public Shape tail() {
        return new Shape(dims.subList(1, rank()));
    }

    /** Returns this shape without the given axes; each may be negative. */
    public Shape without(List<Integer> axes) {
        var positive = axes.stream().map(this::axis).toList();
        var left = new ArrayList<Integer>();
        for (int axis = 0; axis < rank(); axis++) {
            if (!positive.contains(axis)) {
                left.add(dims.get(axis));
            }
        }
        return new Shape(left);
    }

    /** Returns the shape in brackets, for example {@code [32, 8, 8]}. */
    @Override
    public String toString() {
        return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
