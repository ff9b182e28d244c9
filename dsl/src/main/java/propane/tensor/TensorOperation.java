package propane.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ops that put tensors together or choose among them. */
public sealed interface TensorOperation extends Op {
    /**
     * Elements of a where a condition holds, of b elsewhere; all three broadcast.
     *
     * @param cond truth values
     * @param a taken where true
     * @param b taken where false
     */
    record Select(Tensor cond, Tensor a, Tensor b) implements TensorOperation {
        @Override
        public TensorType infer() {
            if (cond.dtype() != DType.BOOL) {
                throw OpRule.dtype(this, "the condition must be truth values", "compare first");
            }
            DType dtype = OpRule.requireSame(this, a, b);
            Shape values = OpRule.broadcast(this, a.shape(), b.shape());
            return new TensorType(dtype, OpRule.broadcast(this, cond.shape(), values));
        }

        @Override
        public void vjp(Adjoint adjoint) {
            Tensor g = adjoint.gradient();
            adjoint.to(a, () -> cond.where(g, g.mul(0)));
            adjoint.to(b, () -> cond.where(g.mul(0), g));
        }

        @Override
        public void evaluate(Evaluation e) {
            Shape shape = infer().shape();
            var ofCond = new Broadcast(cond.shape(), shape);
            var ofA = new Broadcast(a.shape(), shape);
            var ofB = new Broadcast(b.shape(), shape);
            double[] c = e.of(cond);
            double[] yes = e.of(a);
            double[] no = e.of(b);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                out[i] = c[ofCond.index(i)] != 0 ? yes[ofA.index(i)] : no[ofB.index(i)];
            }
        }
    }

    /**
     * One-hot vectors along a new last axis: on at the index, off elsewhere; an index outside gives
     * off everywhere.
     *
     * @param indices int32
     * @param oneHotVectorSize the length of the new axis
     * @param axis where the new axis stands in the result; −1 is last
     * @param onValue the value at the index
     * @param offValue the value elsewhere
     */
    record OneHot(Tensor indices, int oneHotVectorSize, int axis, float onValue, float offValue)
            implements TensorOperation {
        @Override
        public TensorType infer() {
            if (indices.dtype() != DType.INT32) {
                throw OpRule.dtype(
                        this, "indices must be int32, got " + indices.type(), "cast(DType.INT32)");
            }
            var dims = new ArrayList<>(indices.shape().dims());
            dims.add(place(), oneHotVectorSize);
            return TensorType.float32(new Shape(dims));
        }

        private int place() {
            return axis < 0 ? axis + indices.rank() + 1 : axis;
        }

        @Override
        public void vjp(Adjoint a) {
            // Indices have no gradient.
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(indices);
            double[] out = e.result();
            Arrays.fill(out, offValue);
            int inner = 1;
            for (int i = place(); i < indices.rank(); i++) {
                inner *= indices.dim(i);
            }
            for (int i = 0; i < in.length; i++) {
                int index = (int) in[i];
                if (index >= 0 && index < oneHotVectorSize) {
                    out[(i / inner * oneHotVectorSize + index) * inner + i % inner] = onValue;
                }
            }
        }
    }

    /**
     * Constant elements around a tensor.
     *
     * @param x the operand
     * @param pad for each axis how many elements before and behind: [before0, behind0, before1, …]
     * @param mode how the new elements get their values
     * @param constantVal the value of new elements in mode constant
     */
    record Pad(Tensor x, List<Integer> pad, PadMode mode, float constantVal)
            implements TensorOperation {
        @Override
        public TensorType infer() {
            if (pad.size() != 2 * x.rank() || pad.stream().anyMatch(p -> p < 0)) {
                throw OpRule.shape(
                        this,
                        "pads " + pad + " do not fit " + x.shape(),
                        "give two numbers, none negative, for each axis");
            }
            var dims = new ArrayList<Integer>();
            for (int axis = 0; axis < x.rank(); axis++) {
                dims.add(pad.get(2 * axis) + x.dim(axis) + pad.get(2 * axis + 1));
            }
            return x.type().with(new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(
                    x,
                    () -> {
                        int[] from = new int[x.rank()];
                        int[] to = new int[x.rank()];
                        for (int axis = 0; axis < x.rank(); axis++) {
                            from[axis] = pad.get(2 * axis);
                            to[axis] = from[axis] + x.dim(axis);
                        }
                        return a.gradient().slice(from, to);
                    });
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
                boolean inside = true;
                for (int axis = 0; axis < from.length; axis++) {
                    int index = i / outer[axis] % shape.dim(axis) - pad.get(2 * axis);
                    inside &= index >= 0 && index < x.dim(axis);
                    at += index * from[axis];
                }
                out[i] = inside ? in[at] : constantVal;
            }
        }
    }

    /**
     * Tensors behind each other along one axis.
     *
     * @param values the tensors, alike but for that axis
     * @param axis the axis; negative counts from the end
     * @param interleave false
     */
    record Concat(List<Tensor> values, int axis, boolean interleave) implements TensorOperation {
        @Override
        public TensorType infer() {
            if (values.isEmpty() || interleave) {
                throw OpRule.shape(this, "takes one tensor or more, not interleaved", "add one");
            }
            Tensor first = values.getFirst();
            OpRule.axes(this, first.shape(), List.of(axis));
            int length = 0;
            for (Tensor value : values) {
                OpRule.requireSame(this, first, value);
                if (value.rank() != first.rank()
                        || !value.shape().with(axis, 0).equals(first.shape().with(axis, 0))) {
                    throw OpRule.shape(
                            this,
                            "shapes "
                                    + first.shape()
                                    + " and "
                                    + value.shape()
                                    + " differ beside axis "
                                    + axis,
                            "make all other axes equal");
                }
                length += value.dim(axis);
            }
            return first.type().with(first.shape().with(axis, length));
        }

        @Override
        public void vjp(Adjoint a) {
            int from = 0;
            for (Tensor value : values) {
                int begin = from;
                from += value.dim(axis);
                int end = from;
                a.to(value, () -> a.gradient().slice(axis, begin, end));
            }
        }

        @Override
        public void evaluate(Evaluation e) {
            Shape shape = infer().shape();
            int inner = shape.strides()[shape.axis(axis)];
            int row = shape.dim(axis) * inner;
            double[] out = e.result();
            int at = 0;
            for (Tensor value : values) {
                double[] in = e.of(value);
                int part = value.dim(axis) * inner;
                for (int i = 0; i < in.length; i++) {
                    out[i / part * row + at + i % part] = in[i];
                }
                at += part;
            }
        }
    }

    /**
     * The same values, through which no gradient flows.
     *
     * @param x the operand
     */
    record StopGradient(Tensor x) implements TensorOperation, Expandable {
        @Override
        public TensorType infer() {
            return x.type();
        }

        @Override
        public void vjp(Adjoint a) {
            // What this op is for.
        }

        @Override
        public void evaluate(Evaluation e) {
            System.arraycopy(e.of(x), 0, e.result(), 0, e.result().length);
        }

        @Override
        public List<Tensor> expand() {
            return List.of(x);
        }
    }

    /** How padding gets its values. */
    enum PadMode implements MilEnum {
        /** One value everywhere. */
        CONSTANT;

        @Override
        public String mil() {
            return "constant";
        }
    }
}
