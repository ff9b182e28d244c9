package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/** Ops that take tensors apart, put them side by side or repeat them. */
public sealed interface PartOperation extends TensorOperation {
    /**
     * Parts along one axis, a result each.
     *
     * @param x the operand
     * @param splitSizes the length of each part; together the length of the axis
     * @param axis the axis; negative counts from the end
     */
    record Split(Tensor x, List<Integer> splitSizes, int axis) implements PartOperation {
        @Override
        public TensorType infer() {
            return inferAll().getFirst();
        }

        @Override
        public List<TensorType> inferAll() {
            int at = OpRule.axis(this, x.shape(), axis);
            int sum = splitSizes.stream().mapToInt(Integer::intValue).sum();
            if (splitSizes.isEmpty()
                    || sum != x.dim(at)
                    || splitSizes.stream().anyMatch(size -> size < 0)) {
                throw OpRule.shape(
                        this,
                        "parts of "
                                + splitSizes
                                + " do not make up axis "
                                + at
                                + " of "
                                + x.shape(),
                        "give lengths that sum to " + x.dim(at));
            }
            return splitSizes.stream()
                    .map(size -> x.type().with(x.shape().with(at, size)))
                    .toList();
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        var parts = new ArrayList<Tensor>();
                        for (int i = 0; i < splitSizes.size(); i++) {
                            parts.add(a.gradient(i));
                        }
                        return Tensor.concat(axis, parts);
                    });
        }

        @Override
        public void evaluate(Evaluation e) {
            int inner = x.shape().strides()[x.shape().axis(axis)];
            int row = x.dim(axis) * inner;
            double[] in = e.of(x);
            int at = 0;
            for (int k = 0; k < splitSizes.size(); k++) {
                double[] out = e.result(k);
                int part = splitSizes.get(k) * inner;
                for (int i = 0; i < out.length; i++) {
                    out[i] = in[i / part * row + at + i % part];
                }
                at += part;
            }
        }
    }

    /**
     * Tensors of one shape side by side along a new axis.
     *
     * @param values the tensors
     * @param axis where the new axis stands in the result; negative counts from its end
     */
    record Stack(List<Tensor> values, int axis) implements PartOperation {
        @Override
        public TensorType infer() {
            if (values.isEmpty()) {
                throw OpRule.shape(this, "takes one tensor or more", "add one");
            }
            Tensor first = values.getFirst();
            for (Tensor value : values) {
                OpRule.requireSame(this, first, value);
                if (!value.shape().equals(first.shape())) {
                    throw OpRule.shape(
                            this,
                            "shapes differ: " + first.shape() + " and " + value.shape(),
                            "give tensors of one shape");
                }
            }
            int at = OpRule.axis(this, first.shape().prepend(values.size()), axis);
            var dims = new ArrayList<>(first.shape().dims());
            dims.add(at, values.size());
            return first.type().with(new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            for (int i = 0; i < values.size(); i++) {
                Tensor value = values.get(i);
                int from = i;
                a.accumulate(
                        value,
                        () ->
                                a.gradient()
                                        .slice(axis, from, from + 1)
                                        .reshape(value.shape().toArray()));
            }
        }

        @Override
        public void evaluate(Evaluation e) {
            Shape shape = infer().shape();
            int inner = shape.strides()[shape.axis(axis)];
            double[] out = e.result();
            for (int k = 0; k < values.size(); k++) {
                double[] in = e.of(values.get(k));
                for (int i = 0; i < in.length; i++) {
                    out[(i / inner * values.size() + k) * inner + i % inner] = in[i];
                }
            }
        }
    }

    /**
     * A tensor repeated along its axes.
     *
     * @param x the operand
     * @param reps for each axis how often
     */
    record Tile(Tensor x, List<Integer> reps) implements PartOperation, ViewCopy {
        @Override
        public TensorType infer() {
            if (reps.size() != x.rank() || reps.stream().anyMatch(rep -> rep < 1)) {
                throw OpRule.shape(
                        this,
                        "repetitions " + reps + " do not fit " + x.shape(),
                        "give a positive number for each axis");
            }
            var dims = new ArrayList<Integer>();
            for (int axis = 0; axis < x.rank(); axis++) {
                dims.add(reps.get(axis) * x.dim(axis));
            }
            return x.type().with(new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () -> {
                        Tensor g = a.gradient();
                        for (int axis = 0; axis < x.rank(); axis++) {
                            if (reps.get(axis) > 1) {
                                g = folded(g, axis);
                            }
                        }
                        return g;
                    });
        }

        /** Sums the repetitions on one axis, over three axes whatever the rank. */
        private Tensor folded(Tensor g, int axis) {
            int before = ScatterGather.size(g.shape(), 0, axis);
            int inner = ScatterGather.size(g.shape(), axis + 1, g.rank());
            int length = x.dim(axis);
            return g.reshape(before, reps.get(axis), length * inner)
                    .sum(1)
                    .reshape(g.shape().with(axis, length).toArray());
        }

        @Override
        public void evaluate(Evaluation e) {
            view().copy(e.of(x), e.result());
        }

        @Override
        public StridedView view() {
            int[] from = x.shape().strides();
            var lengths = new ArrayList<Integer>();
            var strides = new ArrayList<Integer>();
            for (int axis = 0; axis < from.length; axis++) {
                lengths.add(reps.get(axis));
                strides.add(0);
                lengths.add(x.dim(axis));
                strides.add(from[axis]);
            }
            return new StridedView(0, lengths, strides);
        }
    }
}
