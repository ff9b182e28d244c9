package propane.spi.op;

import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/** Ops that gather elements by their indices. */
public sealed interface Gathering extends ScatterGather {
    /** Returns what is gathered from. */
    Tensor x();

    @Override
    default void evaluate(Evaluation e) {
        double[] in = e.of(x());
        double[] indices = e.of(indices());
        double[] out = e.result();
        for (int i = 0; i < out.length; i++) {
            int at = place(i, indices);
            out[i] = at < 0 ? 0 : in[at];
        }
    }

    /** Returns zeros of the type of what is gathered from. */
    private static Tensor zeros(Gathering op, List<Integer> dims) {
        return Tensor.zeros(op.x().type().with(new Shape(dims)));
    }

    /**
     * Slices along one axis, x[…, indices, …]: the result has the indices' axes in the place of
     * that one.
     *
     * @param x what is gathered from
     * @param indices int32, of any shape
     * @param axis the axis; negative counts from the end
     * @param batchDims how many first axes x and the indices have in common
     * @param validateIndices whether Core ML refuses indices outside
     */
    record Gather(Tensor x, Tensor indices, int axis, int batchDims, boolean validateIndices)
            implements Gathering {
        @Override
        public TensorType infer() {
            OpRule.requireIndices(this, indices);
            int at = OpRule.axis(this, x.shape(), axis);
            var from = x.shape().dims();
            var by = indices.shape().dims();
            if (batchDims < 0
                    || batchDims > at
                    || batchDims > by.size()
                    || !from.subList(0, batchDims).equals(by.subList(0, batchDims))) {
                throw OpRule.shape(
                        this,
                        x.shape()
                                + " and indices "
                                + indices.shape()
                                + " do not have "
                                + batchDims
                                + " first axes in common before axis "
                                + at,
                        "choose batchDims so that those axes are equal");
            }
            var dims = new ArrayList<>(from.subList(0, at));
            dims.addAll(by.subList(batchDims, by.size()));
            dims.addAll(from.subList(at + 1, from.size()));
            return x.type().with(new Shape(dims));
        }

        @Override
        public int place(int part, double[] values) {
            int at = x.shape().axis(axis);
            int count = ScatterGather.size(indices.shape(), batchDims, indices.rank());
            int blocks = ScatterGather.size(x.shape(), batchDims, at);
            return ScatterGather.along(
                    x.shape(),
                    at,
                    count,
                    part,
                    (block, along, _) -> (int) values[block / blocks * count + along]);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x, () -> batchDims == 0 ? scattered(a.gradient()) : ofBatches(a.gradient()));
        }

        private Tensor scattered(Tensor g) {
            int at = x.shape().axis(axis);
            Tensor flat = indices.reshape(indices.shape().size());
            Tensor updates = g.reshape(x.shape().with(at, flat.dim(0)).toArray());
            var zeros = zeros(this, x.shape().dims());
            return Tensor.of(
                    new Scattering.Scatter(
                            zeros, flat, updates, at, ScatterMode.ADD, validateIndices));
        }

        /** Joins batch and axis to one axis of as many elements, each index moved to its batch. */
        private Tensor ofBatches(Tensor g) {
            int at = x.shape().axis(axis);
            int length = x.dim(at);
            int batches = ScatterGather.size(x.shape(), 0, batchDims);
            int blocks = ScatterGather.size(x.shape(), batchDims, at);
            int inner = ScatterGather.size(x.shape(), at + 1, x.rank());
            int count = ScatterGather.size(indices.shape(), batchDims, indices.rank());
            Tensor own = indices.reshape(batches, count);
            Tensor first = Tensor.arange(batches).mul(length).reshape(batches, 1);
            Tensor outside = own.less(0).or(own.greaterEqual(length));
            Tensor moved = outside.where(Tensor.fullLike(own, -1), own.add(first));
            Tensor updates =
                    g.reshape(batches, blocks, count, inner)
                            .transpose(0, 2, 1, 3)
                            .reshape(batches * count, blocks * inner);
            var zeros = zeros(this, List.of(batches * length, blocks * inner));
            Tensor sum =
                    Tensor.of(
                            new Scattering.Scatter(
                                    zeros,
                                    moved.reshape(batches * count),
                                    updates,
                                    0,
                                    ScatterMode.ADD,
                                    validateIndices));
            return sum.reshape(batches, length, blocks, inner)
                    .transpose(0, 2, 1, 3)
                    .reshape(x.shape().toArray());
        }
    }

    /**
     * Single elements along one axis: result[…, i, …] = x[…, indices[…, i, …], …].
     *
     * @param x what is gathered from
     * @param indices int32, of the shape of x but for the axis
     * @param axis the axis; negative counts from the end
     * @param validateIndices whether Core ML refuses indices outside
     */
    record GatherAlongAxis(Tensor x, Tensor indices, int axis, boolean validateIndices)
            implements Gathering {
        @Override
        public TensorType infer() {
            OpRule.requireIndices(this, indices);
            Scattering.requireAlong(this, x, indices, axis);
            return x.type().with(indices.shape());
        }

        @Override
        public int place(int part, double[] values) {
            int at = x.shape().axis(axis);
            return ScatterGather.along(
                    x.shape(), at, indices.dim(at), part, (_, _, _) -> (int) values[part]);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new Scattering.ScatterAlongAxis(
                                            zeros(this, x.shape().dims()),
                                            indices,
                                            a.gradient(),
                                            axis,
                                            ScatterMode.ADD,
                                            validateIndices)));
        }
    }

    /**
     * Slices by indices for several first axes at once, which stand along the last axis of the
     * indices: result[i, …] = x[indices[i, 0], indices[i, 1], …, …].
     *
     * @param x what is gathered from
     * @param indices int32 [batch…, i…, k]
     * @param batchDims how many first axes x and the indices have in common
     * @param validateIndices whether Core ML refuses indices outside
     */
    record GatherNd(Tensor x, Tensor indices, int batchDims, boolean validateIndices)
            implements Gathering {
        @Override
        public TensorType infer() {
            OpRule.requireIndices(this, indices);
            if (batchDims < 0
                    || indices.rank() <= batchDims
                    || batchDims + indices.dim(-1) > x.rank()
                    || !x.shape()
                            .dims()
                            .subList(0, batchDims)
                            .equals(indices.shape().dims().subList(0, batchDims))) {
                throw OpRule.shape(
                        this,
                        "indices "
                                + indices.shape()
                                + " do not fit "
                                + x.shape()
                                + " with "
                                + batchDims
                                + " first axes in common",
                        "give [batch…, i…, k] for k of the axes after the batch");
            }
            var dims = new ArrayList<>(indices.shape().dims());
            int named = batchDims + dims.removeLast();
            dims.addAll(x.shape().dims().subList(named, x.rank()));
            return x.type().with(new Shape(dims));
        }

        @Override
        public int place(int part, double[] values) {
            int tuples = ScatterGather.size(indices.shape(), batchDims, indices.rank() - 1);
            return Scattering.tuple(x.shape(), indices.shape(), batchDims, tuples, part, values);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(
                    x,
                    () ->
                            Tensor.of(
                                    new Scattering.ScatterNd(
                                            zeros(this, x.shape().dims()),
                                            batchDims == 0 ? indices : withBatches(),
                                            a.gradient(),
                                            ScatterMode.ADD,
                                            validateIndices)));
        }

        /** Returns the indices with those of their batch before them. */
        private Tensor withBatches() {
            Shape shape = indices.shape().with(-1, batchDims);
            int[] own = new int[shape.size()];
            int tuples = ScatterGather.size(shape, batchDims, shape.rank() - 1);
            int[] strides = new Shape(shape.dims().subList(0, batchDims)).strides();
            for (int i = 0; i < own.length; i++) {
                int axis = i % batchDims;
                own[i] = i / batchDims / tuples / strides[axis] % shape.dim(axis);
            }
            return Tensor.concat(-1, List.of(Tensor.constant(NDArray.of(own, shape)), indices));
        }
    }
}
