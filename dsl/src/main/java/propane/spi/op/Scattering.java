package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * Ops that bring updates into a tensor at indexed places. Where two updates meet one element in
 * mode update, the last one wins, and both have a gradient: keep such indices different.
 */
public sealed interface Scattering extends ScatterGather {
    /** Returns the tensor that updates are brought into. */
    Tensor data();

    /** Returns the updates. */
    Tensor updates();

    /** Returns what becomes of an element that an update meets. */
    ScatterMode mode();

    /** Returns the elements of a tensor like data at the places of the updates. */
    Tensor gather(Tensor whole);

    /** Returns a tensor like data with other updates brought in. */
    Tensor scatter(Tensor whole, Tensor updates, ScatterMode mode);

    @Override
    default void evaluate(Evaluation e) {
        double[] in = e.of(data());
        double[] parts = e.of(updates());
        double[] indices = e.of(indices());
        double[] out = e.result();
        System.arraycopy(in, 0, out, 0, out.length);
        for (int i = 0; i < parts.length; i++) {
            int at = place(i, indices);
            if (at >= 0) {
                out[at] = mode().apply(out[at], parts[i]);
            }
        }
    }

    @Override
    default void vjp(Adjoint a) {
        Tensor g = a.gradient();
        Tensor u = updates();
        switch (mode()) {
            case ADD -> {
                a.accumulate(data(), () -> g);
                a.accumulate(u, () -> gather(g));
            }
            case SUB -> {
                a.accumulate(data(), () -> g);
                a.accumulate(u, () -> gather(g).neg());
            }
            case MUL -> {
                a.accumulate(data(), () -> scatter(g, u, ScatterMode.MUL));
                a.accumulate(u, () -> throughFactors(g));
            }
            case DIV -> {
                a.accumulate(data(), () -> scatter(g, u, ScatterMode.DIV));
                a.accumulate(u, () -> gather(a.result()).div(u).mul(gather(g)).neg());
            }
            case UPDATE -> {
                a.accumulate(data(), () -> scatter(g, Tensor.zeros(u.type()), ScatterMode.UPDATE));
                a.accumulate(u, () -> gather(g));
            }
            case MAX, MIN -> {
                // Equal ones share the gradient.
                Tensor kept = data().equal(a.result());
                Tensor came = u.equal(gather(a.result()));
                Tensor count = scatter(kept.cast(u.dtype()), came.cast(u.dtype()), ScatterMode.ADD);
                Tensor share = g.div(count);
                a.accumulate(data(), () -> Choice.orZero(kept, share));
                a.accumulate(u, () -> Choice.orZero(came, gather(share)));
            }
        }
    }

    /** Returns for each factor the gradient times the product of all others, zeros among them. */
    private Tensor throughFactors(Tensor g) {
        Tensor isZero = updates().equal(0);
        Tensor zero = isZero.cast(g.dtype());
        Tensor zeros = scatter(Tensor.zerosLike(data()), zero, ScatterMode.ADD);
        Tensor others = Choice.oneOr(isZero, updates());
        // Divided before the gradient comes in: their product may be beyond float16's range.
        Tensor rest = gather(scatter(data(), others, ScatterMode.MUL)).div(others);
        Tensor product = rest.mul(gather(g));
        return Choice.orZero(gather(zeros).equal(zero), product);
    }

    private static TensorType inferred(Scattering op, Shape updates) {
        OpRule.requireIndices(op, op.indices());
        OpRule.requireSame(op, op.data(), op.updates());
        OpRule.requireNumber(op, op.data());
        if (!op.updates().shape().equals(updates)) {
            throw OpRule.shape(
                    op,
                    "updates must be " + updates + ", got " + op.updates().shape(),
                    "give what a gather with these indices returns");
        }
        return op.data().type();
    }

    /** Requires indices of a shape that differs from another along one axis only. */
    static void requireAlong(Op op, Tensor whole, Tensor indices, int axis) {
        int at = OpRule.axis(op, whole.shape(), axis);
        if (indices.rank() != whole.rank()
                || !indices.shape().with(at, 0).equals(whole.shape().with(at, 0))) {
            throw OpRule.shape(
                    op,
                    whole.shape()
                            + " and indices "
                            + indices.shape()
                            + " differ outside axis "
                            + at,
                    "make all other axes equal");
        }
    }

    /** Returns the place of a part by indices for several axes at once. */
    static int tuple(Shape whole, Shape by, int batches, int tuples, int part, double[] values) {
        int named = by.dim(-1);
        int inner = ScatterGather.size(whole, batches + named, whole.rank());
        int tuple = part / inner;
        int at = tuple / tuples;
        for (int i = 0; i < named; i++) {
            int length = whole.dim(batches + i);
            int index = (int) values[tuple * named + i];
            if (index < 0 || index >= length) {
                return -1;
            }
            at = at * length + index;
        }
        return at * inner + part % inner;
    }

    /**
     * Slices brought in along one axis: data[…, indices[i], …] meets updates[…, i, …].
     *
     * @param data what the updates are brought into
     * @param indices int32 [count]
     * @param updates of the shape of data but for the axis, which is count long
     * @param axis the axis; negative counts from the end
     * @param mode what becomes of an element that an update meets
     * @param validateIndices whether Core ML refuses indices outside
     */
    record Scatter(
            Tensor data,
            Tensor indices,
            Tensor updates,
            int axis,
            ScatterMode mode,
            boolean validateIndices)
            implements Scattering {
        @Override
        public TensorType infer() {
            int at = OpRule.axis(this, data.shape(), axis);
            if (indices.rank() != 1) {
                throw OpRule.shape(
                        this, "indices must have one axis, got " + indices.shape(), "reshape them");
            }
            return inferred(this, data.shape().with(at, indices.dim(0)));
        }

        @Override
        public int place(int part, double[] values) {
            return ScatterGather.along(
                    data.shape(),
                    data.shape().axis(axis),
                    indices.dim(0),
                    part,
                    (_, along, _) -> (int) values[along]);
        }

        @Override
        public Tensor gather(Tensor whole) {
            return Tensor.of(new Gathering.Gather(whole, indices, axis, 0, validateIndices));
        }

        @Override
        public Tensor scatter(Tensor whole, Tensor parts, ScatterMode how) {
            return Tensor.of(new Scatter(whole, indices, parts, axis, how, validateIndices));
        }
    }

    /**
     * Single elements brought in along one axis: data[…, indices[…, i, …], …] meets updates[…, i,
     * …].
     *
     * @param data what the updates are brought into
     * @param indices int32, of the shape of data but for the axis
     * @param updates of the shape of the indices
     * @param axis the axis; negative counts from the end
     * @param mode what becomes of an element that an update meets
     * @param validateIndices whether Core ML refuses indices outside
     */
    record ScatterAlongAxis(
            Tensor data,
            Tensor indices,
            Tensor updates,
            int axis,
            ScatterMode mode,
            boolean validateIndices)
            implements Scattering {
        @Override
        public TensorType infer() {
            requireAlong(this, data, indices, axis);
            return inferred(this, indices.shape());
        }

        @Override
        public int place(int part, double[] values) {
            int at = data.shape().axis(axis);
            return ScatterGather.along(
                    data.shape(), at, indices.dim(at), part, (_, _, _) -> (int) values[part]);
        }

        @Override
        public Tensor gather(Tensor whole) {
            return Tensor.of(new Gathering.GatherAlongAxis(whole, indices, axis, validateIndices));
        }

        @Override
        public Tensor scatter(Tensor whole, Tensor parts, ScatterMode how) {
            return Tensor.of(
                    new ScatterAlongAxis(whole, indices, parts, axis, how, validateIndices));
        }
    }

    /**
     * Slices brought in by indices for several first axes at once: data[indices[i, 0], indices[i,
     * 1], …, …] meets updates[i, …].
     *
     * @param data what the updates are brought into
     * @param indices int32 [i…, k]
     * @param updates [i…, the axes of data after the first k]
     * @param mode what becomes of an element that an update meets
     * @param validateIndices whether Core ML refuses indices outside
     */
    record ScatterNd(
            Tensor data, Tensor indices, Tensor updates, ScatterMode mode, boolean validateIndices)
            implements Scattering {
        @Override
        public TensorType infer() {
            if (indices.rank() < 1 || indices.dim(-1) > data.rank()) {
                throw OpRule.shape(
                        this,
                        "indices " + indices.shape() + " do not fit " + data.shape(),
                        "give [i…, k] for the first k axes");
            }
            var dims = new ArrayList<>(indices.shape().dims());
            int named = dims.removeLast();
            List<Integer> rest = data.shape().dims().subList(named, data.rank());
            dims.addAll(rest);
            return inferred(this, new Shape(dims));
        }

        @Override
        public int place(int part, double[] values) {
            int tuples = ScatterGather.size(indices.shape(), 0, indices.rank() - 1);
            return tuple(data.shape(), indices.shape(), 0, tuples, part, values);
        }

        @Override
        public Tensor gather(Tensor whole) {
            return Tensor.of(new Gathering.GatherNd(whole, indices, 0, validateIndices));
        }

        @Override
        public Tensor scatter(Tensor whole, Tensor parts, ScatterMode how) {
            return Tensor.of(new ScatterNd(whole, indices, parts, how, validateIndices));
        }
    }
}
