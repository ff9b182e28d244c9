package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Ops that choose among boxes. */
public sealed interface BoxSelection extends TensorOperation {
    /**
     * The boxes that are left when of two that overlap the one with the smaller score goes, the
     * largest scores first: greedy non-maximum suppression. A box's score and class are those of
     * its largest score. Results: the chosen boxes [n, 4, max], their scores [n, k, max] and their
     * indices, int32 [n, max]; after the last chosen one stand zeros and the index −1. Gradients
     * flow to the boxes and scores that were chosen.
     *
     * @param boxes column and row of the middle, width, height, [n, 4, b]
     * @param scores for each class, [n, k, b]
     * @param iouThreshold how large a part of what two boxes cover they may share
     * @param maxBoxes how many are chosen at most
     * @param perClassSuppression whether only boxes of one class suppress each other
     */
    record NonMaximumSuppression(
            Tensor boxes,
            Tensor scores,
            float iouThreshold,
            int maxBoxes,
            boolean perClassSuppression)
            implements BoxSelection {
        @Override
        public TensorType infer() {
            return inferAll().getFirst();
        }

        @Override
        public List<TensorType> inferAll() {
            OpRule.requireFloat(this, boxes);
            OpRule.requireSame(this, boxes, scores);
            boolean fits = boxes.rank() == 3 && scores.rank() == 3 && boxes.dim(1) == 4;
            if (!fits
                    || boxes.dim(0) != scores.dim(0)
                    || boxes.dim(2) != scores.dim(2)
                    || scores.dim(1) == 0
                    || boxes.dim(2) == 0
                    || maxBoxes < 1) {
                throw OpRule.shape(
                        this,
                        "cannot choose "
                                + maxBoxes
                                + " of boxes "
                                + boxes.shape()
                                + " by scores "
                                + scores.shape(),
                        "give boxes [n, 4, b], scores [n, k, b] and a number of 1 or more");
            }
            return List.of(
                    boxes.type().with(boxes.shape().with(2, maxBoxes)),
                    scores.type().with(scores.shape().with(2, maxBoxes)),
                    TensorType.int32(Shape.shape(boxes.dim(0), maxBoxes)));
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(boxes, () -> spread(a, 0));
            a.accumulate(scores, () -> spread(a, 1));
        }

        /** Returns gradients where the chosen ones came from; the index −1 is nowhere. */
        private Tensor spread(Adjoint a, int result) {
            Tensor from = a.result(2).oneHot(boxes.dim(2));
            return a.gradient(result).matmul(from.cast(boxes.dtype()));
        }

        @Override
        public void evaluate(Evaluation e) {
            Arrays.fill(e.result(0), 0);
            Arrays.fill(e.result(1), 0);
            Arrays.fill(e.result(2), -1);
            for (int n = 0; n < boxes.dim(0); n++) {
                int[] chosen = chosen(e.of(boxes), e.of(scores), n);
                for (int i = 0; i < chosen.length; i++) {
                    copy(e.of(boxes), e.result(0), 4, n, chosen[i], i);
                    copy(e.of(scores), e.result(1), scores.dim(1), n, chosen[i], i);
                    e.result(2)[n * maxBoxes + i] = chosen[i];
                }
            }
        }

        private void copy(double[] in, double[] out, int rows, int n, int from, int to) {
            for (int row = n * rows; row < (n + 1) * rows; row++) {
                out[row * maxBoxes + to] = in[row * boxes.dim(2) + from];
            }
        }

        private int[] chosen(double[] all, double[] points, int n) {
            int count = boxes.dim(2);
            int[] best = new int[count];
            for (int i = 0; i < count; i++) {
                for (int k = 1; k < scores.dim(1); k++) {
                    best[i] = score(points, n, k, i) > score(points, n, best[i], i) ? k : best[i];
                }
            }
            Comparator<Integer> order =
                    Comparator.comparingDouble(i -> -score(points, n, best[i], i));
            int[] chosen = new int[Math.min(maxBoxes, count)];
            int many = 0;
            for (int i : IntStream.range(0, count).boxed().sorted(order).toList()) {
                boolean isFree = true;
                for (int other = 0; other < many; other++) {
                    boolean isRival = !perClassSuppression || best[chosen[other]] == best[i];
                    isFree &= !isRival || shared(all, n, chosen[other], i) <= iouThreshold;
                }
                if (isFree && many < chosen.length) {
                    chosen[many++] = i;
                }
            }
            return Arrays.copyOf(chosen, many);
        }

        private double score(double[] points, int n, int k, int i) {
            return points[(n * scores.dim(1) + k) * boxes.dim(2) + i];
        }

        /** Returns what two boxes share, as a part of what they cover. */
        private double shared(double[] all, int n, int i, int j) {
            double both = 1;
            double first = 1;
            double second = 1;
            for (int axis = 0; axis < 2; axis++) {
                int middle = (4 * n + axis) * boxes.dim(2);
                int size = middle + 2 * boxes.dim(2);
                double from =
                        Math.max(
                                all[middle + i] - all[size + i] / 2,
                                all[middle + j] - all[size + j] / 2);
                double to =
                        Math.min(
                                all[middle + i] + all[size + i] / 2,
                                all[middle + j] + all[size + j] / 2);
                both *= Math.max(0, to - from);
                first *= all[size + i];
                second *= all[size + j];
            }
            return both == 0 ? 0 : both / (first + second - both);
        }
    }
}
