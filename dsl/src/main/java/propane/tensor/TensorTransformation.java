package propane.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Ops that move elements and leave their values as they are. */
public sealed interface TensorTransformation extends Op {
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
            a.to(x, () -> a.gradient().reshape(x.shape().toArray()));
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
    record Transpose(Tensor x, List<Integer> perm) implements TensorTransformation {
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
            a.to(
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
            int[] from = x.shape().strides();
            int[] strides = perm.stream().mapToInt(axis -> from[x.shape().axis(axis)]).toArray();
            Shape shape = infer().shape();
            int[] outer = shape.strides();
            double[] in = e.of(x);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                int at = 0;
                for (int axis = 0; axis < strides.length; axis++) {
                    at += i / outer[axis] % shape.dim(axis) * strides[axis];
                }
                out[i] = in[at];
            }
        }
    }

    /**
     * A part along each axis: from begin up to but not including end, every stride-th.
     *
     * @param x the operand
     * @param begin first index on each axis, not negative
     * @param end index behind the last on each axis
     * @param stride distance on each axis, at least 1
     */
    record SliceByIndex(Tensor x, List<Integer> begin, List<Integer> end, List<Integer> stride)
            implements TensorTransformation {
        @Override
        public TensorType infer() {
            int rank = x.rank();
            if (begin.size() != rank || end.size() != rank || stride.size() != rank) {
                throw OpRule.shape(
                        this,
                        "begin "
                                + begin
                                + ", end "
                                + end
                                + ", stride "
                                + stride
                                + " do not name each axis of "
                                + x.shape(),
                        "give " + rank + " numbers each");
            }
            var dims = new ArrayList<Integer>();
            for (int axis = 0; axis < rank; axis++) {
                int from = begin.get(axis);
                int to = end.get(axis);
                if (from < 0 || to > x.dim(axis) || from > to || stride.get(axis) < 1) {
                    throw OpRule.shape(
                            this,
                            "axis "
                                    + axis
                                    + " of "
                                    + x.shape()
                                    + " has no part from "
                                    + from
                                    + " to "
                                    + to
                                    + " by "
                                    + stride.get(axis),
                            "stay within 0 and " + x.dim(axis));
                }
                dims.add((to - from + stride.get(axis) - 1) / stride.get(axis));
            }
            return x.type().with(new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(x, () -> unslice(a.gradient()));
        }

        /** Puts the elements of a part back where they were, zeros elsewhere. */
        Tensor unslice(Tensor part) {
            Tensor spread = part;
            for (int axis = 0; axis < x.rank(); axis++) {
                int step = stride.get(axis);
                if (step > 1) {
                    // Zeros between the elements: a new axis behind this one, padded, folded in.
                    var dims = new ArrayList<>(spread.shape().dims());
                    dims.add(axis + 1, 1);
                    var wide = spread.reshape(ints(dims));
                    var pads = zeros(wide.rank());
                    pads.set(2 * (axis + 1) + 1, step - 1);
                    int length = spread.dim(axis);
                    Shape folded = spread.shape().with(axis, length * step);
                    spread = wide.pad(pads).reshape(folded.toArray());
                    int[] to = spread.shape().toArray();
                    to[axis] = Math.min(to[axis], x.dim(axis) - begin.get(axis));
                    spread = spread.slice(new int[to.length], to);
                }
            }
            var pads = zeros(x.rank());
            for (int axis = 0; axis < x.rank(); axis++) {
                pads.set(2 * axis, begin.get(axis));
                pads.set(2 * axis + 1, x.dim(axis) - begin.get(axis) - spread.dim(axis));
            }
            return spread.pad(pads);
        }

        private static List<Integer> zeros(int rank) {
            return new ArrayList<>(IntStream.range(0, 2 * rank).map(_ -> 0).boxed().toList());
        }

        private static int[] ints(List<Integer> list) {
            return list.stream().mapToInt(Integer::intValue).toArray();
        }

        @Override
        public void evaluate(Evaluation e) {
            Shape shape = infer().shape();
            int[] from = x.shape().strides();
            int[] outer = shape.strides();
            double[] in = e.of(x);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                int at = 0;
                for (int axis = 0; axis < from.length; axis++) {
                    int index = i / outer[axis] % shape.dim(axis);
                    at += (begin.get(axis) + index * stride.get(axis)) * from[axis];
                }
                out[i] = in[at];
            }
        }
    }
}
