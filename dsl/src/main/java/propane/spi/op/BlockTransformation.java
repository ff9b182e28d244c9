package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Ops that move elements between the channels and the blocks of images [n, c, h, w]. */
public sealed interface BlockTransformation extends TensorTransformation, ViewCopy {
    /** Returns the height and width of a block. */
    int block();

    @Override
    default void evaluate(Evaluation e) {
        view().copy(e.of(x()), e.result());
    }

    /** Returns the type after channels were spread over blocks. */
    private static TensorType spread(BlockTransformation op) {
        Shape shape = images(op);
        int area = op.block() * op.block();
        if (shape.dim(1) % area != 0) {
            throw OpRule.shape(
                    op,
                    shape.dim(1) + " channels cannot be spread over blocks of " + area,
                    "make the channels a multiple of " + area);
        }
        return op.x()
                .type()
                .with(
                        Shape.shape(
                                shape.dim(0),
                                shape.dim(1) / area,
                                shape.dim(2) * op.block(),
                                shape.dim(3) * op.block()));
    }

    /** Returns the type after blocks were gathered into channels. */
    private static TensorType gathered(BlockTransformation op) {
        Shape shape = images(op);
        int b = op.block();
        if (shape.dim(2) % b != 0 || shape.dim(3) % b != 0) {
            throw OpRule.shape(
                    op,
                    shape + " cannot be cut into blocks of " + b,
                    "make height and width multiples of " + b);
        }
        return op.x()
                .type()
                .with(
                        Shape.shape(
                                shape.dim(0),
                                shape.dim(1) * b * b,
                                shape.dim(2) / b,
                                shape.dim(3) / b));
    }

    private static Shape images(BlockTransformation op) {
        Shape shape = op.x().shape();
        if (shape.rank() != 4 || op.block() < 1) {
            throw OpRule.shape(
                    op,
                    "needs images [n, c, h, w] and a positive block, got "
                            + shape
                            + " and "
                            + op.block(),
                    "reshape to four axes");
        }
        return shape;
    }

    /**
     * The view from [n, c, h·b, w·b], read as [n, h, b, w, b] for each channel.
     *
     * @param blocksFirst whether a block's elements are the slow part of the new channels
     */
    private static StridedView cut(BlockTransformation op, boolean blocksFirst) {
        Shape from = op.x().shape();
        int[] s = from.strides();
        int b = op.block();
        int channels = from.dim(1);
        int height = from.dim(2) / b;
        int width = from.dim(3) / b;
        return blocksFirst
                ? new StridedView(
                        0,
                        List.of(from.dim(0), b, b, channels, height, width),
                        List.of(s[0], s[2], s[3], s[1], s[2] * b, s[3] * b))
                : new StridedView(
                        0,
                        List.of(from.dim(0), channels, b, b, height, width),
                        List.of(s[0], s[1], s[2], s[3], s[2] * b, s[3] * b));
    }

    /** The view from [n, c·b·b, h, w] for the result [n, c, h, b, w, b]. */
    private static StridedView joined(BlockTransformation op, boolean blocksFirst) {
        Shape from = op.x().shape();
        int[] s = from.strides();
        int b = op.block();
        int channels = from.dim(1) / (b * b);
        int row = s[1] * (blocksFirst ? b * channels : b);
        int column = s[1] * (blocksFirst ? channels : 1);
        return new StridedView(
                0,
                List.of(from.dim(0), channels, from.dim(2), b, from.dim(3), b),
                List.of(s[0], s[1] * (blocksFirst ? 1 : b * b), s[2], row, s[3], column));
    }

    /**
     * Channels spread over blocks: channel (i·b + j)·c + k becomes element [i, j] of the blocks of
     * channel k.
     *
     * @param x images [n, c·b·b, h, w]
     * @param blockSize b, the height and width of a block
     */
    record DepthToSpace(Tensor x, int blockSize) implements BlockTransformation {
        @Override
        public int block() {
            return blockSize;
        }

        @Override
        public TensorType infer() {
            return spread(this);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new SpaceToDepth(a.gradient(), blockSize)));
        }

        @Override
        public StridedView view() {
            return joined(this, true);
        }
    }

    /**
     * Blocks gathered into channels, the inverse of {@link DepthToSpace}.
     *
     * @param x images [n, c, h·b, w·b]
     * @param blockSize b, the height and width of a block
     */
    record SpaceToDepth(Tensor x, int blockSize) implements BlockTransformation {
        @Override
        public int block() {
            return blockSize;
        }

        @Override
        public TensorType infer() {
            return gathered(this);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new DepthToSpace(a.gradient(), blockSize)));
        }

        @Override
        public StridedView view() {
            return cut(this, true);
        }
    }

    /**
     * Channels spread over blocks: channel k·b·b + i·b + j becomes element [i, j] of the blocks of
     * channel k (Shi et al., 2016).
     *
     * @param x images [n, c·b·b, h, w]
     * @param upscaleFactor b, the height and width of a block
     */
    record PixelShuffle(Tensor x, int upscaleFactor) implements BlockTransformation {
        @Override
        public int block() {
            return upscaleFactor;
        }

        @Override
        public TensorType infer() {
            return spread(this);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new PixelUnshuffle(a.gradient(), upscaleFactor)));
        }

        @Override
        public StridedView view() {
            return joined(this, false);
        }
    }

    /**
     * Blocks gathered into channels, the inverse of {@link PixelShuffle}.
     *
     * @param x images [n, c, h·b, w·b]
     * @param downscaleFactor b, the height and width of a block
     */
    record PixelUnshuffle(Tensor x, int downscaleFactor) implements BlockTransformation {
        @Override
        public int block() {
            return downscaleFactor;
        }

        @Override
        public TensorType infer() {
            return gathered(this);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> Tensor.of(new PixelShuffle(a.gradient(), downscaleFactor)));
        }

        @Override
        public StridedView view() {
            return cut(this, false);
        }
    }
}
