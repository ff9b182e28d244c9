package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Ops that put tensors together or choose among them. */
public sealed interface TensorOperation extends Op
        permits TensorOperation.Select,
                TensorOperation.OneHot,
                TensorOperation.Pad,
                TensorOperation.Concat,
                TensorOperation.Fill,
                TensorOperation.FillLike,
                TensorOperation.BroadcastTo,
                TensorOperation.Identity,
                TensorOperation.StopGradient,
                BoxSelection,
                CumulativeOperation,
                PartOperation,
                Rematerialization,
                SortOperation {
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
            adjoint.accumulate(a, () -> Choice.orZero(cond, g));
            adjoint.accumulate(b, () -> Choice.zeroOr(cond, g));
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
     * One-hot vectors along a new axis: on at the index, off elsewhere; an index outside gives off
     * everywhere.
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
            OpRule.requireIndices(this, indices);
            OpRule.axis(this, indices.shape().prepend(oneHotVectorSize), axis);
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
     * New elements around a tensor.
     *
     * @param x the operand
     * @param pad for each axis how many elements before and after: [before0, after0, before1, …]
     * @param mode how the new elements get their values
     * @param constantVal the value of new elements in mode constant
     */
    record Pad(Tensor x, List<Integer> pad, PadMode mode, float constantVal)
            implements TensorOperation {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            if (pad.size() != 2 * x.rank() || pad.stream().anyMatch(p -> p < 0)) {
                throw OpRule.shape(
                        this,
                        "pads " + pad + " do not fit " + x.shape(),
                        "give two numbers, none negative, for each axis");
            }
            var dims = new ArrayList<Integer>();
            for (int axis = 0; axis < x.rank(); axis++) {
                int most = mode.most(x.dim(axis));
                if (before(axis) > most || after(axis) > most) {
                    throw OpRule.shape(
                            this,
                            "pads "
                                    + pad
                                    + " reach beyond axis "
                                    + axis
                                    + " of "
                                    + x.shape()
                                    + " in mode "
                                    + mode.mil(),
                            "pad no more than " + most + " elements there");
                }
                dims.add(before(axis) + x.dim(axis) + after(axis));
            }
            return x.type().with(new Shape(dims));
        }

        private int before(int axis) {
            return pad.get(2 * axis);
        }

        private int after(int axis) {
            return pad.get(2 * axis + 1);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor g = a.gradient();
                        for (int axis = 0; axis < x.rank(); axis++) {
                            if (before(axis) + after(axis) > 0) {
                                g = folded(g, axis);
                            }
                        }
                        return g;
                    });
        }

        /** Brings the gradients of new elements on one axis back to the elements they repeat. */
        private Tensor folded(Tensor g, int axis) {
            int length = x.dim(axis);
            int end = before(axis) + length;
            Tensor own = g.slice(axis, before(axis), end);
            return switch (mode) {
                case CONSTANT -> own;
                case REPLICATE -> {
                    Tensor first = g.slice(axis, 0, before(axis)).sum(axis, true);
                    Tensor last = g.slice(axis, end, end + after(axis)).sum(axis, true);
                    yield own.add(placed(first, axis, 0)).add(placed(last, axis, length - 1));
                }
                case REFLECT -> {
                    Tensor first = g.slice(axis, 0, before(axis)).reverse(axis);
                    Tensor last = g.slice(axis, end, end + after(axis)).reverse(axis);
                    yield own.add(placed(first, axis, Math.min(1, length - 1)))
                            .add(placed(last, axis, length - 1 - after(axis)));
                }
            };
        }

        private Tensor placed(Tensor part, int axis, int from) {
            var pads = new ArrayList<>(Collections.nCopies(2 * x.rank(), 0));
            pads.set(2 * axis, from);
            pads.set(2 * axis + 1, x.dim(axis) - from - part.dim(axis));
            return part.pad(pads);
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
                    int index = i / outer[axis] % shape.dim(axis) - before(axis);
                    int source = mode.source(index, x.dim(axis));
                    inside &= source >= 0;
                    at += source * from[axis];
                }
                out[i] = inside ? in[at] : constantVal;
            }
        }
    }

    /**
     * Tensors one after the other along one axis.
     *
     * @param values the tensors, alike but for that axis
     * @param axis the axis; negative counts from the end
     * @param interleave whether they take turns: the first elements of all, then the second ones;
     *     all must be alike then
     */
    record Concat(List<Tensor> values, int axis, boolean interleave) implements TensorOperation {
        @Override
        public TensorType infer() {
            if (values.isEmpty()) {
                throw OpRule.shape(this, "takes one tensor or more", "add one");
            }
            Tensor first = values.getFirst();
            OpRule.axis(this, first.shape(), axis);
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
                                    + " differ outside axis "
                                    + axis,
                            "make all other axes equal");
                }
                if (interleave && value.dim(axis) != first.dim(axis)) {
                    throw OpRule.shape(
                            this,
                            "tensors that take turns differ: "
                                    + first.shape()
                                    + " and "
                                    + value.shape(),
                            "make them equally long");
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
                from += interleave ? 1 : value.dim(axis);
                int end = interleave ? a.result().dim(axis) : from;
                int step = interleave ? values.size() : 1;
                a.accumulate(value, () -> a.gradient().slice(axis, begin, end, step));
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
                // What lies together: one element of the axis when they take turns.
                int part = (interleave ? 1 : value.dim(axis)) * inner;
                int distance = interleave ? values.size() * inner : row;
                for (int i = 0; i < in.length; i++) {
                    out[i / part * distance + at + i % part] = in[i];
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
    record StopGradient(Tensor x) implements TensorOperation, DecomposedForMil {
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
        public List<Tensor> decompose() {
            return List.of(x);
        }
    }

    /**
     * One value everywhere.
     *
     * @param shape the shape of the result
     * @param value an array of one element
     */
    record Fill(List<Integer> shape, NDArray value) implements TensorOperation {
        @Override
        public TensorType infer() {
            if (value.size() != 1) {
                throw OpRule.shape(
                        this, "the value must be one number, got " + value, "give a scalar");
            }
            return value.type().with(new Shape(shape));
        }

        @Override
        public void vjp(Adjoint a) {
            // Without operands.
        }

        @Override
        public void evaluate(Evaluation e) {
            Arrays.fill(e.result(), value.at(0));
        }
    }

    /**
     * One value everywhere, in the shape of a tensor.
     *
     * @param refTensor the tensor; of its values nothing matters
     * @param value an array of one element
     */
    record FillLike(Tensor refTensor, NDArray value) implements TensorOperation, Decomposable {
        private Fill fill() {
            return new Fill(refTensor.shape().dims(), value);
        }

        @Override
        public TensorType infer() {
            return fill().infer();
        }

        @Override
        public void vjp(Adjoint a) {
            // Does not depend on the tensor's values.
        }

        @Override
        public void evaluate(Evaluation e) {
            fill().evaluate(e);
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(Tensor.of(fill()));
        }
    }

    /**
     * The same values, repeated along missing axes and along those of length 1. Operations element
     * by element broadcast by themselves and read x itself.
     *
     * @param x the operand
     * @param shape the shape of the result
     */
    record BroadcastTo(Tensor x, List<Integer> shape) implements TensorOperation, DecomposedForMil {
        @Override
        public TensorType infer() {
            Shape target = new Shape(shape);
            if (!OpRule.broadcast(this, x.shape(), target).equals(target)) {
                throw OpRule.shape(
                        this,
                        x.shape() + " does not broadcast to " + target,
                        "give a shape that is as long or longer and differs where "
                                + x.shape()
                                + " has length 1");
            }
            return x.type().with(target);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, a::gradient);
        }

        @Override
        public void evaluate(Evaluation e) {
            var place = new Broadcast(x.shape(), new Shape(shape));
            double[] in = e.of(x);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                out[i] = in[place.index(i)];
            }
        }

        /** Returns a product with ones on the axes that repeat. */
        @Override
        public List<Tensor> decompose() {
            if (x.op() instanceof Leaf.Const(NDArray value) && value.size() == 1) {
                return List.of(Tensor.full(infer(), value.at(0)));
            }
            if (x.dtype() == DType.BOOL) {
                Shape target = new Shape(shape);
                return List.of(x.cast(DType.INT32).broadcastTo(target).cast(DType.BOOL));
            }
            var repeated = new ArrayList<Integer>(shape);
            for (int axis = 1; axis <= x.rank(); axis++) {
                if (x.dim(-axis) == shape.get(shape.size() - axis)) {
                    repeated.set(shape.size() - axis, 1);
                }
            }
            return List.of(x.mul(Tensor.ones(x.type().with(new Shape(repeated)))));
        }
    }

    /**
     * The same values.
     *
     * @param x the operand
     */
    record Identity(Tensor x) implements TensorOperation {
        @Override
        public TensorType infer() {
            return x.type();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, a::gradient);
        }

        @Override
        public void evaluate(Evaluation e) {
            System.arraycopy(e.of(x), 0, e.result(), 0, e.result().length);
        }
    }

    /** How padding gets its values. */
    enum PadMode implements MilEnum {
        /** One value everywhere. */
        CONSTANT,
        /** The elements mirrored at the first and the last, which are not repeated. */
        REFLECT,
        /** The first and the last element again and again. */
        REPLICATE;

        @Override
        public String mil() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns how far an axis of some length can be padded. */
        private int most(int length) {
            return switch (this) {
                case CONSTANT -> Integer.MAX_VALUE;
                case REFLECT -> Math.max(0, length - 1);
                case REPLICATE -> length == 0 ? 0 : Integer.MAX_VALUE;
            };
        }

        /** Returns the element that stands at an index, which may lie outside, or −1 for none. */
        private int source(int index, int length) {
            if (index >= 0 && index < length) {
                return index;
            }
            return switch (this) {
                case CONSTANT -> -1;
                case REFLECT -> index < 0 ? -index : 2 * (length - 1) - index;
                case REPLICATE -> index < 0 ? 0 : length - 1;
            };
        }
    }
}
