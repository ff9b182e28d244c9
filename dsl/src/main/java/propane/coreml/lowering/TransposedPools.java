package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Operation;
import propane.spi.op.Pool;
import propane.spi.pass.Pass;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Decomposes the gradients of pools over {@link TransposedImages}: over images as they stand, zeros
 * between columns would be rows of two elements, each filled up to 64 bytes.
 */
record TransposedPools() implements Pass {
    @Override
    public String name() {
        return "gradients of pools over transposed images";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(TransposedPools::transposed);
    }

    private static List<Tensor> transposed(Operation operation) {
        if (!(operation.op() instanceof Pool pool) || pool.x().rank() > 4) {
            return operation.results();
        }
        return switch (pool) {
            case Pool.MaxPoolGradient max -> List.of(largest(max));
            case Pool.AvgPoolGradient mean -> List.of(shares(mean));
            default -> operation.results();
        };
    }

    private static Tensor largest(Pool.MaxPoolGradient pool) {
        var images = new TransposedImages(pool.window(), pool.x().shape());
        Tensor padded = images.padded(pool.x(), Pool.LOWEST);
        Tensor largest = images.turnedPlaces(Tensor.of(pool.pool()));
        Tensor gradient = images.turnedPlaces(pool.gradient());
        Tensor zero = Tensor.zeros(gradient.type().with(Shape.shape()));
        // What the first largest element takes, no later one finds.
        Tensor left = gradient;
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i < images.windowSize(); i++) {
            Tensor hit = images.cut(padded, i).equal(largest);
            parts.add(hit.where(left, zero));
            left = hit.where(zero, left);
        }
        return sum(images, parts);
    }

    private static Tensor shares(Pool.AvgPoolGradient pool) {
        var images = new TransposedImages(pool.window(), pool.x().shape());
        Tensor part = images.turnedPlaces(pool.parts());
        return sum(images, Collections.nCopies(images.windowSize(), part));
    }

    private static Tensor sum(TransposedImages images, List<Tensor> parts) {
        Tensor sum = images.spread(parts.getFirst(), 0);
        for (int i = 1; i < parts.size(); i++) {
            sum = sum.add(images.spread(parts.get(i), i));
        }
        return images.back(sum);
    }
}
