package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Ops that add, drop, turn round or cut axes. */
public sealed interface AxisTransformation extends TensorTransformation {
    /**
     * New axes of length 1.
     *
     * @param x the operand
     * @param axes where they stand in the result; negative ones count from its end
     */
    record ExpandDims(Tensor x, List<Integer> axes) implements AxisTransformation {
        @Override
        public TensorType infer() {
            int rank = x.rank() + axes.size();
            var longer = new Shape(Collections.nCopies(rank, 1));
            var dims = new ArrayList<>(x.shape().dims());
            for (int axis : OpRule.axes(this, longer, axes)) {
                dims.add(axis, 1);
            }
            return x.type().with(new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().reshape(x.shape().toArray()));
        }

        @Override
        public void evaluate(Evaluation e) {
            System.arraycopy(e.of(x), 0, e.result(), 0, e.result().length);
        }
    }

    /**
     * Without some axes of length 1.
     *
     * @param x the operand
     * @param axes the axes to drop; negative ones count from the end
     */
    record Squeeze(Tensor x, List<Integer> axes) implements AxisTransformation {
        @Override
        public TensorType infer() {
            var dropped = OpRule.axes(this, x.shape(), axes);
            for (int axis : dropped) {
                if (x.dim(axis) != 1) {
                    throw OpRule.shape(
                            this,
                            "axis " + axis + " of " + x.shape() + " is not of length 1",
                            "drop axes of length 1, or slice first");
                }
            }
            return x.type().with(x.shape().without(dropped));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().reshape(x.shape().toArray()));
        }

        @Override
        public void evaluate(Evaluation e) {
            System.arraycopy(e.of(x), 0, e.result(), 0, e.result().length);
        }
    }

    /**
     * A matrix: the axes before one joined to rows, the others to columns.
     *
     * @param x the operand
     * @param axis the first axis of the columns; negative counts from the end
     */
    record Flatten2d(Tensor x, int axis) implements AxisTransformation {
        @Override
        public TensorType infer() {
            int at = axis < 0 ? axis + x.rank() : axis;
            if (at < 0 || at > x.rank()) {
                throw OpRule.shape(
                        this,
                        x.shape() + " cannot be split before axis " + axis,
                        "use an axis from " + -x.rank() + " to " + x.rank());
            }
            return x.type()
                    .with(
                            Shape.shape(
                                    ScatterGather.size(x.shape(), 0, at),
                                    ScatterGather.size(x.shape(), at, x.rank())));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> a.gradient().reshape(x.shape().toArray()));
        }

        @Override
        public void evaluate(Evaluation e) {
            System.arraycopy(e.of(x), 0, e.result(), 0, e.result().length);
        }
    }

    /**
     * Some axes reversed, the last element first.
     *
     * @param x the operand
     * @param axes the axes; negative ones count from the end
     */
    record Reverse(Tensor x, List<Integer> axes) implements AxisTransformation, ViewCopy {
        @Override
        public TensorType infer() {
            OpRule.axes(this, x.shape(), axes);
            return x.type();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new Reverse(a.gradient(), axes)));
        }

        @Override
        public void evaluate(Evaluation e) {
            view().copy(e.of(x), e.result());
        }

        @Override
        public StridedView view() {
            int start = 0;
            var strides = new ArrayList<Integer>();
            for (int stride : x.shape().strides()) {
                strides.add(stride);
            }
            for (int axis : OpRule.axes(this, x.shape(), axes)) {
                start += (x.dim(axis) - 1) * strides.get(axis);
                strides.set(axis, -strides.get(axis));
            }
            return new StridedView(start, x.shape().dims(), strides);
        }
    }

    /**
     * A part along each axis: so many elements from an index on.
     *
     * @param x the operand
     * @param begin first index on each axis; negative ones count from its end
     * @param size the number of elements on each axis; −1 takes all that are left
     */
    record SliceBySize(Tensor x, List<Integer> begin, List<Integer> size)
            implements AxisTransformation, ViewCopy {
        @Override
        public TensorType infer() {
            if (begin.size() != x.rank() || size.size() != x.rank()) {
                throw OpRule.shape(
                        this,
                        "begin "
                                + begin
                                + " and size "
                                + size
                                + " do not name each axis of "
                                + x.shape(),
                        "give " + x.rank() + " numbers each");
            }
            var dims = new ArrayList<Integer>();
            for (int axis = 0; axis < x.rank(); axis++) {
                int length = length(axis);
                if (first(axis) < 0 || length < 0 || first(axis) + length > x.dim(axis)) {
                    throw OpRule.shape(
                            this,
                            "axis "
                                    + axis
                                    + " of "
                                    + x.shape()
                                    + " has no "
                                    + size.get(axis)
                                    + " elements from "
                                    + begin.get(axis)
                                    + " on",
                            "stay within 0 and " + x.dim(axis));
                }
                dims.add(length);
            }
            return x.type().with(new Shape(dims));
        }

        private int first(int axis) {
            return begin.get(axis) < 0 ? begin.get(axis) + x.dim(axis) : begin.get(axis);
        }

        private int length(int axis) {
            return size.get(axis) == -1 ? x.dim(axis) - first(axis) : size.get(axis);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        var pads = new ArrayList<Integer>();
                        for (int axis = 0; axis < x.rank(); axis++) {
                            pads.add(first(axis));
                            pads.add(x.dim(axis) - first(axis) - length(axis));
                        }
                        return a.gradient().pad(pads);
                    });
        }

        @Override
        public void evaluate(Evaluation e) {
            view().copy(e.of(x), e.result());
        }

        @Override
        public StridedView view() {
            int start = 0;
            var strides = new ArrayList<Integer>();
            for (int stride : x.shape().strides()) {
                start += first(strides.size()) * stride;
                strides.add(stride);
            }
            return new StridedView(start, infer().shape().dims(), strides);
        }
    }

    /**
     * All windows along one axis, which stand along a new axis after it.
     *
     * @param x the operand
     * @param axis the axis; negative counts from the end
     * @param size the length of a window
     * @param stride the distance of windows
     */
    record SlidingWindows(Tensor x, int axis, int size, int stride)
            implements AxisTransformation, ViewCopy {
        @Override
        public TensorType infer() {
            int at = OpRule.axis(this, x.shape(), axis);
            if (size < 1 || stride < 1 || size > x.dim(at)) {
                throw OpRule.shape(
                        this,
                        "no window of "
                                + size
                                + " by "
                                + stride
                                + " fits axis "
                                + at
                                + " of "
                                + x.shape(),
                        "use a size from 1 to " + x.dim(at) + " and a positive stride");
            }
            var dims = new ArrayList<>(x.shape().dims());
            dims.set(at, (x.dim(at) - size) / stride + 1);
            dims.add(at + 1, size);
            return x.type().with(new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor sum = elements(a.gradient(), 0);
                        for (int i = 1; i < size; i++) {
                            sum = sum.add(elements(a.gradient(), i));
                        }
                        return sum;
                    });
        }

        /** Puts the gradients of one element of each window where it was. */
        private Tensor elements(Tensor gradient, int element) {
            int at = x.shape().axis(axis);
            Tensor own = gradient.slice(at + 1, element, element + 1);
            int last = (gradient.dim(at) - 1) * stride + element;
            var met = (SliceByIndex) x.slice(at, element, last + 1, stride).op();
            return met.unslice(own);
        }

        @Override
        public void evaluate(Evaluation e) {
            view().copy(e.of(x), e.result());
        }

        @Override
        public StridedView view() {
            int at = x.shape().axis(axis);
            var strides = new ArrayList<Integer>();
            for (int each : x.shape().strides()) {
                strides.add(each);
            }
            strides.add(at + 1, strides.get(at));
            strides.set(at, strides.get(at) * stride);
            return new StridedView(0, infer().shape().dims(), strides);
        }
    }
}
