package propane.tensor;

import java.util.List;

/** Ops that change a part of a tensor and leave the rest as it is. */
public sealed interface PartTransformation extends TensorTransformation {
    /**
     * A tensor with a part replaced, named as in {@link TensorTransformation.SliceByIndex}.
     *
     * @param x the operand
     * @param update what takes the part's place, of the part's shape
     * @param begin first index on each axis
     * @param end index behind the last on each axis
     * @param stride distance on each axis; below 0, the axis is walked backwards
     * @param beginMask where true, begin is the first element that the stride can start from
     * @param endMask where true, the part goes as far as the stride leads
     * @param squeezeMask where true, the axis shrinks to the one element at begin
     */
    record SliceUpdate(
            Tensor x,
            Tensor update,
            List<Integer> begin,
            List<Integer> end,
            List<Integer> stride,
            List<Boolean> beginMask,
            List<Boolean> endMask,
            List<Boolean> squeezeMask)
            implements PartTransformation {
        @Override
        public TensorType infer() {
            OpRule.requireSame(this, x, update);
            Shape part = of(x).infer().shape();
            if (!update.shape().equals(part)) {
                throw OpRule.shape(
                        this,
                        "the part is " + part + ", the update " + update.shape(),
                        "give an update of the part's shape");
            }
            return x.type();
        }

        /** Returns the part of a tensor like x. */
        private SliceByIndex of(Tensor whole) {
            return new SliceByIndex(whole, begin, end, stride, beginMask, endMask, squeezeMask);
        }

        @Override
        public void vjp(Adjoint a) {
            Tensor zeros = Tensor.constant(NDArray.filled(update.type(), 0));
            a.to(
                    x,
                    () ->
                            Tensor.of(
                                    new SliceUpdate(
                                            a.gradient(),
                                            zeros,
                                            begin,
                                            end,
                                            stride,
                                            beginMask,
                                            endMask,
                                            squeezeMask)));
            a.to(update, () -> Tensor.of(of(a.gradient())));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] out = e.result();
            System.arraycopy(e.of(x), 0, out, 0, out.length);
            double[] parts = e.of(update);
            StridedView view = of(x).view();
            for (int i = 0; i < parts.length; i++) {
                out[view.place(i)] = parts[i];
            }
        }
    }

    /**
     * Sequences whose first elements are turned round, as many as a sequence is long; the rest
     * stays.
     *
     * @param x the operand
     * @param lengths how long each sequence is, int32 [the length of batchAxis]
     * @param seqAxis the axis along which a sequence stands
     * @param batchAxis the axis that parts the sequences
     */
    record ReverseSequence(Tensor x, Tensor lengths, int seqAxis, int batchAxis)
            implements PartTransformation {
        @Override
        public TensorType infer() {
            OpRule.requireIndices(this, lengths);
            OpRule.axes(this, x.shape(), List.of(seqAxis, batchAxis));
            if (!lengths.shape().equals(Shape.shape(x.dim(batchAxis)))) {
                throw OpRule.shape(
                        this,
                        "there are "
                                + x.dim(batchAxis)
                                + " sequences, the lengths are "
                                + lengths.shape(),
                        "give one length for each sequence");
            }
            return x.type();
        }

        @Override
        public void vjp(Adjoint a) {
            a.to(
                    x,
                    () ->
                            Tensor.of(
                                    new ReverseSequence(
                                            a.gradient(), lengths, seqAxis, batchAxis)));
        }

        @Override
        public void evaluate(Evaluation e) {
            Shape shape = x.shape();
            int step = shape.strides()[shape.axis(seqAxis)];
            int batchStep = shape.strides()[shape.axis(batchAxis)];
            double[] in = e.of(x);
            double[] many = e.of(lengths);
            double[] out = e.result();
            for (int i = 0; i < out.length; i++) {
                int at = i / step % shape.dim(seqAxis);
                int length = (int) many[i / batchStep % shape.dim(batchAxis)];
                int from = at < length ? length - 1 - at : at;
                out[i] = in[i + (from - at) * step];
            }
        }
    }
}
