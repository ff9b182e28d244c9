package propane.engine.cpu.kernel;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Convolution;
import propane.spi.op.Op;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Convolutions, their transposes and their weight gradients as products with matrices of patches,
 * one image and group at a time.
 */
public final class ConvolutionKernel implements Kernel {
    private enum Kind {
        /** Kernels · patches. */
        FORWARD,
        /** Kernels transposed · places, scattered to an image. */
        TRANSPOSE,
        /** Places · patches transposed, summed over images. */
        WEIGHTS
    }

    private final Kind kind;
    private final Patches patches;
    private final MatrixProduct product;
    private final Optional<FilterProduct> filters;
    private final int images;
    private final int groups;
    private final int channels;
    private final int outputs;
    private final MemorySegment image;
    private final MemorySegment weight;
    private final MemorySegment place;
    private final MemorySegment matrix;
    private final MemorySegment scratch;

    private ConvolutionKernel(
            Convolution op,
            Kind kind,
            Patches patches,
            MatrixProduct product,
            MemorySegment[] roles,
            int[] sizes,
            MemorySegment memory) {
        this.kind = kind;
        this.patches = patches;
        this.product = product;
        this.groups = op.groups();
        this.filters =
                FilterProduct.isWanted(op)
                        ? Optional.of(new FilterProduct(sizes[2], patches.count(), patches.size()))
                        : Optional.empty();
        this.images = sizes[0];
        this.channels = sizes[1];
        this.outputs = sizes[2];
        this.image = roles[0];
        this.weight = roles[1];
        this.place = roles[2];
        long bytes = matrixBytes(patches, channels, outputs, kind);
        this.matrix = memory.asSlice(0, bytes);
        this.scratch = memory.asSlice(bytes);
    }

    private static long matrixBytes(Patches patches, int channels, int outputs, Kind kind) {
        long patchRows = (long) channels * patches.size();
        long bytes = 4 * patchRows * patches.count();
        return kind == Kind.WEIGHTS ? bytes + 4 * patchRows * outputs : bytes;
    }

    /** Returns whether sums in float32 would lose what an op is about. */
    public static boolean sumsInDoubles(Op op) {
        return FilterProduct.isWanted(op);
    }

    /** Returns the offer to compute a convolution. */
    public static KernelMatch offer(Convolution.Conv op) {
        return offer(op, Kind.FORWARD, op.x(), op.weight().shape(), op.infer().shape());
    }

    /** Returns the offer to compute a convolution. */
    public static KernelMatch offer(Convolution.ConvTranspose op) {
        return offer(op, Kind.TRANSPOSE, op.x(), op.weight().shape(), op.x().shape());
    }

    /** Returns the offer to compute a convolution. */
    public static KernelMatch offer(Convolution.ConvWeightGradient op) {
        return offer(op, Kind.WEIGHTS, op.x(), op.shape(), op.gradient().shape());
    }

    private static KernelMatch offer(
            Convolution op, Kind kind, Tensor first, Shape kernels, Shape places) {
        var patches = new Patches(op.window());
        int channels = kernels.dim(1);
        int outputs = kernels.dim(0) / op.groups();
        int rows = channels * patches.size();
        var product =
                switch (kind) {
                    case FORWARD -> new MatrixProduct(outputs, patches.count(), rows, false, false);
                    case TRANSPOSE ->
                            new MatrixProduct(rows, patches.count(), outputs, true, false);
                    case WEIGHTS -> new MatrixProduct(outputs, rows, patches.count(), false, true);
                };
        int[] sizes = {first.dim(0), channels, outputs};
        long bytes = matrixBytes(patches, channels, outputs, kind);
        return new KernelMatch.Taken(
                List.of(),
                bytes + product.scratchBytes(),
                memory ->
                        new ConvolutionKernel(
                                op,
                                kind,
                                patches,
                                product,
                                roles(kind, memory.operands(), memory.result(0)),
                                sizes,
                                memory.scratch()));
    }

    /** The memory of images, kernels and places. */
    private static MemorySegment[] roles(
            Kind kind, MemorySegment[] operands, MemorySegment result) {
        return switch (kind) {
            case FORWARD -> new MemorySegment[] {operands[0], operands[1], result};
            case TRANSPOSE -> new MemorySegment[] {result, operands[1], operands[0]};
            case WEIGHTS -> new MemorySegment[] {operands[0], result, operands[1]};
        };
    }

    @Override
    public void run() {
        switch (kind) {
            case FORWARD -> {}
            case TRANSPOSE -> image.fill((byte) 0);
            case WEIGHTS -> weight.fill((byte) 0);
        }
        for (int n = 0; n < images; n++) {
            for (int group = 0; group < groups; group++) {
                part(n * groups + group, group);
            }
        }
    }

    private void part(int part, int group) {
        int imageBase = part * channels * patches.area();
        int weightBase = group * outputs * channels * patches.size();
        int placeBase = part * outputs * patches.count();
        switch (kind) {
            case FORWARD -> {
                patches.gather(image, imageBase, channels, matrix);
                if (filters.isPresent()) {
                    filters.get().run(weight, weightBase, matrix, place, placeBase);
                } else {
                    product.run(weight, weightBase, matrix, 0, place, placeBase, scratch);
                }
            }
            case TRANSPOSE -> {
                product.run(weight, weightBase, place, placeBase, matrix, 0, scratch);
                patches.scatter(matrix, image, imageBase, channels);
            }
            case WEIGHTS -> {
                patches.gather(image, imageBase, channels, matrix);
                int rows = channels * patches.size();
                int sums = rows * patches.count();
                product.run(place, placeBase, matrix, 0, matrix, sums, scratch);
                add(sums, weightBase, rows * outputs);
            }
        }
    }

    private void add(int from, int to, int count) {
        int i = 0;
        for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
            var sum = Lanes.load(weight, to + i).add(Lanes.load(matrix, from + i));
            Lanes.store(sum, weight, to + i);
        }
        for (; i < count; i++) {
            float sum = ScalarOps.load(weight, to + i) + ScalarOps.load(matrix, from + i);
            ScalarOps.store(sum, weight, to + i);
        }
    }
}
