package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Ops that move elements and leave their values as they are. */
public sealed interface TensorTransformation extends Op
        permits TensorTransformation.Reshape,
                TensorTransformation.Transpose,
                TensorTransformation.SliceByIndex,
                AxisTransformation,
                BatchTransformation,
                BlockTransformation,
                PartTransformation {
    /** Returns the operand. */
    Tensor x();

    /**
     * The same elements in row-major order under another shape.
     *
     * @param x the operand
     * @param shape the new axis lengths; their product is the number of elements
     */
    record Reshape(Tensor x, List<Integer> shape) implements TensorTransformation {
        @Override
        public TensorType infer() {
            var result = new Shape(shape);
            if (result.size() != x.shape().size()) {
                throw OpRule.shape(
                        this,
                        "cannot turn "
                                + x.shape()
                                + " of "
                                + x.shape().size()
                                + " elements into "
                                + result
                                + " of "
                                + result.size(),
                        "the number of elements must stay the same");
            }
            return x.type().with(result);
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
     * The axes in another order.
     *
     * @param x the operand
     * @param perm for each axis of the result the axis of x it was
     */
    record Transpose(Tensor x, List<Integer> perm) implements TensorTransformation, ViewCopy {
        @Override
        public TensorType infer() {
            var axes = OpRule.axes(this, x.shape(), perm);
            if (axes.size() != x.rank()) {
                throw OpRule.shape(
                        this,
                        "the order " + perm + " does not name each axis of " + x.shape(),
                        "give " + x.rank() + " axes");
            }
            return x.type().with(new Shape(perm.stream().map(x.shape()::dim).toList()));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        int[] inverse = new int[perm.size()];
                        for (int i = 0; i < inverse.length; i++) {
                            inverse[x.shape().axis(perm.get(i))] = i;
                        }
                        return a.gradient().transpose(inverse);
                    });
        }

        @Override
        public void evaluate(Evaluation e) {
            view().copy(e.of(x), e.result());
        }

        @Override
        public StridedView view() {
            int[] from = x.shape().strides();
            var strides = perm.stream().map(axis -> from[x.shape().axis(axis)]).toList();
            return new StridedView(0, infer().shape().dims(), strides);
        }
    }

    /**
     * A part along each axis: from begin up to but not including end, every stride-th. An index
     * below 0 counts from the end of its axis.
     *
     * @param x the operand
     * @param begin first index on each axis
     * @param end index after the last on each axis
     * @param stride distance on each axis; below 0, the axis is walked backwards
     * @param beginMask where true, begin is the first element that the stride can start from
     * @param endMask where true, the part goes as far as the stride leads
     * @param squeezeMask where true, the axis shrinks to the one element at begin and is dropped
     */
    record SliceByIndex(
            Tensor x,
            List<Integer> begin,
            List<Integer> end,
            List<Integer> stride,
            List<Boolean> beginMask,
            List<Boolean> endMask,
            List<Boolean> squeezeMask)
            implements TensorTransformation, ViewCopy {
        /** Makes the op without masks. */
        public SliceByIndex(
                Tensor x, List<Integer> begin, List<Integer> end, List<Integer> stride) {
            this(x, begin, end, stride, unset(begin), unset(begin), unset(begin));
        }

        private static List<Boolean> unset(List<Integer> axes) {
            return Collections.nCopies(axes.size(), false);
        }

        @Override
        public TensorType infer() {
            int rank = x.rank();
            for (List<?> each : List.of(begin, end, stride, beginMask, endMask, squeezeMask)) {
                if (each.size() != rank) {
                    throw OpRule.shape(
                            this,
                            each + " does not name each axis of " + x.shape(),
                            "give " + rank + " elements each");
                }
            }
            var dims = new ArrayList<Integer>();
            for (int axis = 0; axis < rank; axis++) {
                int length = length(axis);
                if (!squeezeMask.get(axis)) {
                    dims.add(length);
                }
            }
            return x.type().with(new Shape(dims));
        }

        /** Returns the index of the first element on an axis, not negative. */
        public int first(int axis) {
            boolean backwards = stride.get(axis) < 0;
            if (beginMask.get(axis)) {
                return backwards ? x.dim(axis) - 1 : 0;
            }
            return begin.get(axis) < 0 ? begin.get(axis) + x.dim(axis) : begin.get(axis);
        }

        /** Returns the number of elements on an axis; 1 where it is squeezed. */
        public int length(int axis) {
            int step = stride.get(axis);
            int from = first(axis);
            int length = x.dim(axis);
            if (squeezeMask.get(axis)) {
                requirePart(axis, from >= 0 && from < length);
                return 1;
            }
            int given = end.get(axis) < 0 ? end.get(axis) + length : end.get(axis);
            int to = endMask.get(axis) ? (step < 0 ? -1 : length) : given;
            if (step > 0) {
                requirePart(axis, from >= 0 && to <= length && from <= to);
                return Math.ceilDiv(to - from, step);
            }
            requirePart(axis, step < 0 && from < length && to >= -1 && to <= from);
            return Math.ceilDiv(from - to, -step);
        }

        private void requirePart(int axis, boolean isPart) {
            if (!isPart) {
                throw OpRule.shape(
                        this,
                        "axis "
                                + axis
                                + " of "
                                + x.shape()
                                + " has no part from "
                                + begin.get(axis)
                                + " to "
                                + end.get(axis)
                                + " by "
                                + stride.get(axis),
                        "stay within 0 and " + x.dim(axis) + ", in the direction of the stride");
            }
        }

        /** Returns the shape of the part before axes are dropped. */
        private int[] kept() {
            return IntStream.range(0, x.rank()).map(this::length).toArray();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> unslice(a.gradient()));
        }

        /** Puts the elements of a part back where they were, zeros elsewhere. */
        Tensor unslice(Tensor part) {
            Tensor spread = part.reshape(kept());
            var pads = new ArrayList<Integer>();
            for (int axis = 0; axis < x.rank(); axis++) {
                int step = Math.abs(stride.get(axis));
                int length = spread.dim(axis);
                int from = first(axis);
                if (stride.get(axis) < 0) {
                    spread = spread.reverse(axis);
                    from -= Math.max(0, length - 1) * step;
                }
                if (step > 1 && length > 1) {
                    spread = withZeros(spread, axis, step);
                }
                pads.add(from);
                pads.add(x.dim(axis) - from - spread.dim(axis));
            }
            return spread.pad(pads);
        }

        /** Puts zeros between the elements of an axis: a row each, padded, without the last pad. */
        private static Tensor withZeros(Tensor x, int axis, int step) {
            Shape shape = x.shape();
            int length = shape.dim(axis);
            int inner = shape.strides()[axis];
            Tensor rows = x.reshape(ScatterGather.size(shape, 0, axis + 1), 1, inner);
            Tensor padded = rows.pad(List.of(0, 0, 0, step - 1, 0, 0));
            Tensor wide = padded.reshape(shape.with(axis, length * step).toArray());
            return wide.slice(axis, 0, (length - 1) * step + 1);
        }

        @Override
        public void evaluate(Evaluation e) {
            view().copy(e.of(x), e.result());
        }

        @Override
        public StridedView view() {
            int[] from = x.shape().strides();
            int start = 0;
            var lengths = new ArrayList<Integer>();
            var strides = new ArrayList<Integer>();
            for (int axis = 0; axis < from.length; axis++) {
                start += first(axis) * from[axis];
                lengths.add(length(axis));
                strides.add(stride.get(axis) * from[axis]);
            }
            return new StridedView(start, lengths, strides);
        }
    }
}
