package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Ops that change a part of a tensor and leave the rest as it is. */
public sealed interface PartTransformation extends TensorTransformation {
    /**
     * A tensor with a part replaced, named as in {@link TensorTransformation.SliceByIndex}.
     *
     * @param x the operand
     * @param update what takes the part's place, of the part's shape
     * @param begin first index on each axis
     * @param end index after the last on each axis
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
            Tensor zeros = Tensor.zerosLike(update);
            a.accumulate(
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
            a.accumulate(update, () -> Tensor.of(of(a.gradient())));
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
     * Sequences whose first elements are reversed, as many as a sequence is long; the rest stays.
     *
     * @param x the operand
     * @param lengths how long each sequence is, int32 [the length of batchAxis]
     * @param seqAxis the axis along which a sequence stands
     * @param batchAxis the axis that separates the sequences
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
            a.accumulate(
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

    /**
     * Images without their edges.
     *
     * @param x [n, c, h, w]
     * @param cropHeight how many rows go above and below
     * @param cropWidth how many columns go on the left and on the right
     */
    record Crop(Tensor x, List<Integer> cropHeight, List<Integer> cropWidth)
            implements PartTransformation, Decomposable {
        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, x);
            boolean fits =
                    x.rank() == 4
                            && cropHeight.size() == 2
                            && cropWidth.size() == 2
                            && Math.min(cropHeight.getFirst(), cropHeight.getLast()) >= 0
                            && Math.min(cropWidth.getFirst(), cropWidth.getLast()) >= 0
                            && left(cropHeight, 2) >= 0
                            && left(cropWidth, 3) >= 0;
            if (!fits) {
                throw OpRule.shape(
                        this,
                        "cannot cut "
                                + cropHeight
                                + " rows and "
                                + cropWidth
                                + " columns off "
                                + x.shape(),
                        "give images [n, c, h, w] and two numbers for each axis, none negative");
            }
            Shape rows = x.shape().with(2, left(cropHeight, 2));
            return x.type().with(rows.with(3, left(cropWidth, 3)));
        }

        private int left(List<Integer> crop, int axis) {
            return x.dim(axis) - crop.getFirst() - crop.getLast();
        }

        private Tensor cut() {
            int above = cropHeight.getFirst();
            int before = cropWidth.getFirst();
            return x.slice(2, above, above + left(cropHeight, 2))
                    .slice(3, before, before + left(cropWidth, 3));
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            int width = left(cropWidth, 3);
            int height = left(cropHeight, 2);
            for (int i = 0; i < out.length; i++) {
                int row = i / width % height + cropHeight.getFirst();
                int plane = i / width / height;
                out[i] = in[(plane * x.dim(2) + row) * x.dim(3) + i % width + cropWidth.getFirst()];
            }
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(cut());
        }
    }
}
