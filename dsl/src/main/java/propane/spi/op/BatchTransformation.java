package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/** Ops that move blocks of images [n, c, h, w] between their batch and their height and width. */
public sealed interface BatchTransformation extends TensorTransformation {
    /** Returns height and width of a block. */
    List<Integer> blockShape();

    /** Returns what is added or cut: before and after the height, before and after the width. */
    NDArray margins();

    private static Shape images(BatchTransformation op) {
        Shape shape = op.x().shape();
        boolean blocks =
                op.blockShape().size() == 2 && op.blockShape().stream().allMatch(b -> b > 0);
        NDArray margins = op.margins();
        boolean fits =
                margins.dtype() == DType.INT32
                        && margins.shape().equals(Shape.shape(2, 2))
                        && Arrays.stream(margins.ints()).allMatch(margin -> margin >= 0);
        if (shape.rank() != 4 || !blocks || !fits) {
            throw OpRule.shape(
                    op,
                    "needs images [n, c, h, w], a block of two numbers and four margins, got "
                            + shape
                            + ", "
                            + op.blockShape()
                            + " and "
                            + margins,
                    "give int32 margins [2, 2], none negative");
        }
        OpRule.requireFloat(op, op.x());
        return shape;
    }

    /**
     * Each element of a block an image of its own: [n · bh · bw, c, (h + padding) / bh, (w +
     * padding) / bw], the place in the block the slow part of the batch.
     *
     * @param x images [n, c, h, w]
     * @param blockShape [bh, bw]
     * @param paddings zeros around the images first, int32 [2, 2]
     */
    record SpaceToBatch(Tensor x, List<Integer> blockShape, NDArray paddings)
            implements BatchTransformation {
        @Override
        public NDArray margins() {
            return paddings;
        }

        @Override
        public TensorType infer() {
            Shape shape = images(this);
            int[] pads = paddings.ints();
            int height = shape.dim(2) + pads[0] + pads[1];
            int width = shape.dim(3) + pads[2] + pads[3];
            int rows = blockShape.get(0);
            int columns = blockShape.get(1);
            if (height % rows != 0 || width % columns != 0) {
                throw OpRule.shape(
                        this,
                        "images of "
                                + height
                                + " by "
                                + width
                                + " cannot be cut into blocks of "
                                + blockShape,
                        "pad them to multiples of the block");
            }
            return x.type()
                    .with(
                            Shape.shape(
                                    shape.dim(0) * rows * columns,
                                    shape.dim(1),
                                    height / rows,
                                    width / columns));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new BatchToSpace(a.gradient(), blockShape, paddings)));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            Arrays.fill(out, 0);
            var places = new Places(infer().shape(), x.shape(), blockShape, paddings.ints());
            places.each((cut, whole) -> out[cut] = in[whole]);
        }
    }

    /**
     * Blocks put together from images, the inverse of {@link SpaceToBatch}.
     *
     * @param x images [n · bh · bw, c, h, w]
     * @param blockShape [bh, bw]
     * @param crops what is cut off in the end, int32 [2, 2]
     */
    record BatchToSpace(Tensor x, List<Integer> blockShape, NDArray crops)
            implements BatchTransformation {
        @Override
        public NDArray margins() {
            return crops;
        }

        @Override
        public TensorType infer() {
            Shape shape = images(this);
            int[] cuts = crops.ints();
            int rows = blockShape.get(0);
            int columns = blockShape.get(1);
            int height = shape.dim(2) * rows - cuts[0] - cuts[1];
            int width = shape.dim(3) * columns - cuts[2] - cuts[3];
            if (shape.dim(0) % (rows * columns) != 0 || height < 0 || width < 0) {
                throw OpRule.shape(
                        this,
                        shape
                                + " does not make up blocks of "
                                + blockShape
                                + " cut by "
                                + Arrays.toString(cuts),
                        "make the batch a multiple of " + rows * columns + ", and cut less");
            }
            return x.type()
                    .with(
                            Shape.shape(
                                    shape.dim(0) / (rows * columns), shape.dim(1), height, width));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new SpaceToBatch(a.gradient(), blockShape, crops)));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] in = e.of(x);
            double[] out = e.result();
            var places = new Places(x.shape(), infer().shape(), blockShape, crops.ints());
            places.each((cut, whole) -> out[whole] = in[cut]);
        }
    }

    /**
     * Which elements of images that are cut into blocks are those of the whole ones.
     *
     * @param cut the shape of the pieces
     * @param whole the shape of the whole images, without margins
     * @param block height and width of a block
     * @param margins before and after the height and the width
     */
    record Places(Shape cut, Shape whole, List<Integer> block, int[] margins) {
        /** Takes a pair of elements. */
        interface Pair {
            /** Takes one. */
            void of(int cut, int whole);
        }

        /** Returns both shapes. */
        @Override
        public String toString() {
            return cut + " of " + whole + " in blocks of " + block;
        }

        private void each(Pair pair) {
            int[] strides = cut.strides();
            for (int i = 0; i < cut.size(); i++) {
                int piece = i / strides[0] / whole.dim(0);
                int n = i / strides[0] % whole.dim(0);
                int c = i / strides[1] % cut.dim(1);
                int row = i / strides[2] % cut.dim(2) * block.get(0) + piece / block.get(1);
                int column = i % cut.dim(3) * block.get(1) + piece % block.get(1);
                int h = row - margins[0];
                int w = column - margins[2];
                if (h >= 0 && h < whole.dim(2) && w >= 0 && w < whole.dim(3)) {
                    int plane = n * whole.dim(1) + c;
                    pair.of(i, (plane * whole.dim(2) + h) * whole.dim(3) + w);
                }
            }
        }
    }
}
