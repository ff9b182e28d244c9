package propane.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Products of tensors that are spelled as products of matrices. */
public sealed interface Contraction extends Linear, Decomposable {
    /**
     * Einstein's sum: the result's elements are sums of products over all axes that the result does
     * not name, {@code bij,bjk->bik} for a batch of products of matrices. One or two operands, a
     * letter for each axis, none twice in one operand. Packages hold its spelling: Core ML takes
     * few equations.
     *
     * @param values one operand or two
     * @param equation the letters of the operands' axes and of the result's
     */
    record Einsum(List<Tensor> values, String equation) implements Contraction, DecomposedForMil {
        private EinsumEquation read() {
            return EinsumEquation.of(this, equation, values);
        }

        @Override
        public TensorType infer() {
            EinsumEquation read = read();
            for (Tensor value : values) {
                OpRule.requireFloat(this, value);
            }
            OpRule.requireSame(this, values.getFirst(), values.getLast());
            return values.getFirst().type().with(read.shape(read.result()));
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            EinsumEquation read = read();
            int[] lengths = read.lengths().values().stream().mapToInt(each -> each).toArray();
            int[] x = read.strides(read.operands().getFirst());
            int[] y = read.strides(read.operands().getLast());
            int[] z = read.strides(read.result());
            double[] left = e.of(values.getFirst());
            double[] right = e.of(values.getLast());
            double[] out = e.result();
            Arrays.fill(out, 0);
            int count = 1;
            for (int length : lengths) {
                count *= length;
            }
            for (int i = 0; i < count; i++) {
                int rest = i;
                int a = 0;
                int b = 0;
                int to = 0;
                for (int letter = lengths.length - 1; letter >= 0; letter--) {
                    int at = rest % lengths[letter];
                    rest /= lengths[letter];
                    a += at * x[letter];
                    b += at * y[letter];
                    to += at * z[letter];
                }
                out[to] += values.size() == 1 ? left[a] : left[a] * right[b];
            }
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(read().spelled(values));
        }
    }

    /**
     * Attention: rows of {@code value} by the softmax of how much each query matches each key,
     * softmax(q·kᵀ / √e + mask)·v (Vaswani et al., 2017). Where a mask of truth values is false, or
     * one that is added is −∞, nothing is attended to; a query that attends to nothing gives zeros.
     *
     * @param query [batch…, l, e]
     * @param key [batch…, s, e]
     * @param value [batch…, s, e']
     * @param attnMask none, or one of s columns that broadcasts to [batch…, l, s]: truth values, or
     *     what is added
     */
    record ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, List<Tensor> attnMask)
            implements Contraction {
        /** What stands for the score of a key that is not attended to. */
        private double far() {
            return query.dtype() == DType.FLOAT16 ? -3e4 : -3e38;
        }

        @Override
        public TensorType infer() {
            OpRule.requireFloat(this, query);
            OpRule.requireSame(this, query, key);
            OpRule.requireSame(this, query, value);
            if (query.rank() < 3
                    || key.rank() != query.rank()
                    || value.rank() != query.rank()
                    || query.dim(-1) != key.dim(-1)
                    || key.dim(-2) != value.dim(-2)
                    || !query.shape().before(-2).equals(key.shape().before(-2))
                    || !query.shape().before(-2).equals(value.shape().before(-2))) {
                throw OpRule.shape(
                        this,
                        "needs queries [batch…, l, e], keys [batch…, s, e] and values [batch…, s,"
                                + " f], got "
                                + query.shape()
                                + ", "
                                + key.shape()
                                + " and "
                                + value.shape(),
                        "make the batch axes equal, keys as wide as queries, and as many as"
                                + " values");
            }
            Shape scores = query.shape().with(query.rank() - 1, key.dim(-2));
            for (Tensor mask : attnMask) {
                if (mask.rank() == 0
                        || mask.dim(-1) != key.dim(-2)
                        || !OpRule.broadcast(this, scores, mask.shape()).equals(scores)) {
                    throw OpRule.shape(
                            this,
                            "the mask " + mask.shape() + " does not broadcast to " + scores,
                            "give it s columns, and l rows or 1");
                }
            }
            return query.type().with(query.shape().with(query.rank() - 1, value.dim(-1)));
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            int l = query.dim(-2);
            int s = key.dim(-2);
            int width = query.dim(-1);
            int columns = value.dim(-1);
            double[] q = e.of(query);
            double[] k = e.of(key);
            double[] v = e.of(value);
            double[] out = e.result();
            Arrays.fill(out, 0);
            double[] scores = new double[s];
            double[] added = new double[s];
            for (int row = 0; row < query.shape().before(-2).size() * l; row++) {
                int batch = row / l;
                double largest = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < s; j++) {
                    double sum = 0;
                    for (int i = 0; i < width; i++) {
                        sum += q[row * width + i] * k[(batch * s + j) * width + i];
                    }
                    added[j] = added(e, row * s + j);
                    scores[j] = sum * scale() + added[j];
                    if (added[j] != Double.NEGATIVE_INFINITY) {
                        largest = Math.max(largest, scores[j]);
                    }
                }
                double all = 0;
                for (int j = 0; j < s; j++) {
                    boolean isSeen = added[j] != Double.NEGATIVE_INFINITY;
                    scores[j] = isSeen ? Math.exp(scores[j] - largest) : 0;
                    all += scores[j];
                }
                for (int j = 0; j < s; j++) {
                    for (int i = 0; i < columns && added[j] != Double.NEGATIVE_INFINITY; i++) {
                        out[row * columns + i] +=
                                scores[j] / all * v[(batch * s + j) * columns + i];
                    }
                }
            }
        }

        /** Returns 1 / √e as the constant that the spelling has. */
        private float scale() {
            return (float) (1 / Math.sqrt(Math.max(1, query.dim(-1))));
        }

        /** Returns what the mask adds to a score: −∞ where nothing is attended to. */
        private double added(Evaluation e, int at) {
            double sum = 0;
            for (Tensor mask : attnMask) {
                Shape scores = query.shape().with(query.rank() - 1, key.dim(-2));
                double here = e.of(mask)[new Broadcast(mask.shape(), scores).index(at)];
                boolean isHidden = mask.dtype() == DType.BOOL && here == 0;
                sum += isHidden ? Double.NEGATIVE_INFINITY : mask.dtype() == DType.BOOL ? 0 : here;
            }
            return sum;
        }

        @Override
        public List<Tensor> decompose() {
            return attnMask.isEmpty()
                    ? List.of(scores(key).softmax(-1).matmul(value))
                    : List.of(masked(attnMask.getFirst()));
        }

        private Tensor scores(Tensor keys) {
            return Tensor.of(new Linear.Matmul(query.mul(scale()), keys, false, true));
        }

        private Tensor masked(Tensor mask) {
            boolean isTruth = mask.dtype() == DType.BOOL;
            Tensor seen = isTruth ? mask : mask.greater(Double.NEGATIVE_INFINITY);
            // What no query attends to must not reach a product: 0 · ∞ is no number.
            Tensor used = used(seen);
            Tensor scores = scores(Choice.orZero(used, key));
            Tensor added = isTruth ? scores : scores.add(Choice.orZero(seen, mask));
            Tensor far = Tensor.full(scores.type().with(Shape.shape()), far());
            Tensor shares = Choice.orZero(seen, seen.where(added, far).softmax(-1));
            return shares.matmul(Choice.orZero(used, value));
        }

        /** Returns which keys some query attends to, [..., s, 1]. */
        private static Tensor used(Tensor seen) {
            Tensor all = seen.rank() == 1 ? seen.expandDims(0) : seen;
            int[] swapped = IntStream.range(0, all.rank()).toArray();
            swapped[all.rank() - 2] = all.rank() - 1;
            swapped[all.rank() - 1] = all.rank() - 2;
            Tensor counts = all.cast(DType.FLOAT32).sum(-2, true);
            return counts.transpose(swapped).greater(0);
        }
    }
}
