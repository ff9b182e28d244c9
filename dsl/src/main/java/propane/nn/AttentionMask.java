package propane.nn;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.stream.IntStream;

/** What attention sees, [..., queries, keys] or what broadcasts to it, as truth values. */
final class AttentionMask {
    /** What stands for the score of a key that is not seen, by the element type. */
    private static final double FARTHEST = -3e38;

    private static final double FARTHEST_HALF = -3e4;

    private AttentionMask() {}

    /** Returns a mask of truth values, or of numbers that are not 0 where something is seen. */
    static Tensor truth(Tensor mask) {
        return mask.dtype() == DType.BOOL ? mask : mask.notEqual(0);
    }

    /** Returns the softmax over the keys that are seen, and 0 for the others. */
    static Tensor softmax(Tensor scores, Tensor seen) {
        Tensor shares = softmaxOfSome(scores, seen);
        return seen.where(shares, number(shares, 0));
    }

    /** Returns the same where each query sees one key or more. */
    static Tensor softmaxOfSome(Tensor scores, Tensor seen) {
        double far = scores.dtype() == DType.FLOAT16 ? FARTHEST_HALF : FARTHEST;
        return seen.where(scores, number(scores, far)).softmax(-1);
    }

    /** Returns which keys some query sees, [..., keys, 1]. */
    static Tensor usedKeys(Tensor seen) {
        if (seen.rank() < 2 || seen.dim(-2) == 1) {
            var dims = new ArrayList<>(seen.shape().dims());
            if (seen.rank() >= 2) {
                dims.remove(dims.size() - 2);
            }
            dims.add(1);
            return seen.reshape(dims.stream().mapToInt(Integer::intValue).toArray());
        }
        int[] swapped = IntStream.range(0, seen.rank()).toArray();
        swapped[seen.rank() - 2] = seen.rank() - 1;
        swapped[seen.rank() - 1] = seen.rank() - 2;
        return any(seen, -2).transpose(swapped);
    }

    /** Returns which queries see something, [..., queries, 1]. */
    static Tensor seeingQueries(Tensor seen) {
        return any(seen, -1);
    }

    private static Tensor any(Tensor seen, int axis) {
        Tensor count = seen.cast(DType.FLOAT32).sum(axis, true);
        return count.greater(0);
    }

    /** Returns rows where they are shown, and zeros elsewhere. */
    static Tensor shown(Tensor isShown, Tensor rows) {
        return isShown.where(rows, number(rows, 0));
    }

    /** Returns which rows hold nothing infinite and nothing that is not a number, [..., 1]. */
    static Tensor finite(Tensor rows) {
        return rows.sub(rows).sum(-1, true).equal(0);
    }

    private static Tensor number(Tensor like, double value) {
        return Tensor.full(like.type().with(Shape.shape()), value);
    }
}
