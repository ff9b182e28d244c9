package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scaled dot-product attention and its gradients. What a query does not see is selected away, so
 * that nothing of it counts, however large it is: neither in values nor in gradients. A key that no
 * query sees may be infinite or not a number; one that some see must be a number, since 0 times
 * what is none is none.
 */
public sealed interface AttentionProduct extends Contraction {
    /** Returns the queries, [batch…, h, l, e]. */
    Tensor query();

    /** Returns the keys, [batch…, k, s, e]. */
    Tensor key();

    /** Returns the values, [batch…, k, s, f]. */
    Tensor value();

    /** Returns none, or what each query sees. */
    List<Tensor> attnMask();

    /** Returns none, or which shares count. */
    List<Tensor> kept();

    /** Returns the shape of the scores, [batch…, h, l, s]. */
    default Shape scores() {
        return query().shape().with(-1, key().dim(-2));
    }

    /** Returns how many queries' heads share a key. */
    default int sharing() {
        return query().rank() < 3 || key().dim(-3) == 0 ? 1 : query().dim(-3) / key().dim(-3);
    }

    /** Returns 1 / √e as the constant that the decomposition has. */
    default float scale() {
        return (float) (1 / Math.sqrt(Math.max(1, query().dim(-1))));
    }

    /**
     * Returns which keys some query sees, [..., keys, 1].
     *
     * @param seen truth values, [..., queries or 1, keys]
     */
    static Tensor usedKeys(Tensor seen) {
        return SeenKeys.used(seen);
    }

    /** Returns the type of what is attended to, [batch…, h, l, f]. */
    private static TensorType attended(AttentionProduct op) {
        Tensor query = op.query();
        Tensor key = op.key();
        Tensor value = op.value();
        OpRule.requireFloat(op, query);
        OpRule.requireSame(op, query, key);
        OpRule.requireSame(op, query, value);
        if (query.rank() < 2
                || key.rank() != query.rank()
                || value.rank() != query.rank()
                || query.dim(-1) != key.dim(-1)
                || key.dim(-2) != value.dim(-2)
                || !key.shape().before(-2).equals(value.shape().before(-2))
                || !isShared(query.shape(), key.shape())) {
            throw OpRule.shape(
                    op,
                    "needs queries [batch…, h, l, e], keys [batch…, k, s, e] and values [batch…, k,"
                            + " s, f], got "
                            + query.shape()
                            + ", "
                            + key.shape()
                            + " and "
                            + value.shape(),
                    "make the batch axes equal, h a multiple of k, keys as wide as queries, and as"
                            + " many as values");
        }
        for (Tensor mask : op.attnMask()) {
            requireScores(op, "mask", mask);
        }
        for (Tensor kept : op.kept()) {
            requireScores(op, "choice of shares", kept);
            if (kept.dtype() != DType.BOOL) {
                throw OpRule.dtype(
                        op,
                        "takes truth values of which shares count, got " + kept.type(),
                        "give truth values, such as x.greaterEqual(0.1)");
            }
        }
        return query.type().with(query.shape().with(-1, value.dim(-1)));
    }

    /** Whether the batch axes of queries are those of keys, or the last one a multiple. */
    private static boolean isShared(Shape query, Shape key) {
        if (query.rank() == 2) {
            return true;
        }
        int heads = query.dim(-3);
        int ofKeys = key.dim(-3);
        return query.before(-3).equals(key.before(-3))
                && (heads == ofKeys || ofKeys > 0 && heads % ofKeys == 0);
    }

    private static void requireScores(AttentionProduct op, String what, Tensor broadcast) {
        Shape scores = op.scores();
        if (!OpRule.broadcast(op, scores, broadcast.shape()).equals(scores)) {
            throw OpRule.shape(
                    op,
                    "the " + what + " " + broadcast.shape() + " does not broadcast to " + scores,
                    "give it s columns or 1, and l rows or 1");
        }
    }

    /**
     * Attention: rows of {@code value} by the softmax of how much each query matches each key,
     * softmax(q·kᵀ / √e + mask)·v (Vaswani et al., 2017). Where a mask of truth values is false, or
     * one that is added is −∞, nothing is attended to; a query that attends to nothing gives zeros.
     * Core ML takes as many heads of keys as of queries, and all shares.
     *
     * @param query [batch…, h, l, e]
     * @param key [batch…, k, s, e]; where h is a multiple of k, as many heads share a key
     * @param value [batch…, k, s, f]
     * @param attnMask none, or one that broadcasts to [batch…, h, l, s]: truth values, or what is
     *     added
     * @param kept none, or which shares count after the softmax, truth values that broadcast so:
     *     what dropout leaves
     */
    record ScaledDotProductAttention(
            Tensor query, Tensor key, Tensor value, List<Tensor> attnMask, List<Tensor> kept)
            implements AttentionProduct {
        @Override
        public TensorType infer() {
            return attended(this);
        }

        /** Returns whether each query surely sees a key and each key is seen by a query. */
        public boolean isOpen() {
            return attnMask.stream().allMatch(mask -> SeenKeys.of(this, mask).isOpen());
        }

        @Override
        public void vjp(Adjoint a) {
            var gradients =
                    new Lazy<>(() ->
                            Operation.of(
                                    new ScaledDotProductAttentionGradient(
                                            query, key, value, attnMask, kept, a.gradient())));
            a.accumulate(query, () -> gradients.value().result(0));
            a.accumulate(key, () -> gradients.value().result(1));
            a.accumulate(value, () -> gradients.value().result(2));
            for (Tensor mask : attnMask) {
                if (mask.dtype().isFloat()) {
                    a.accumulate(mask, () -> gradients.value().result(3));
                }
            }
        }

        @Override
        public void evaluate(Evaluation e) {
            var rows = new AttentionRows(this, e);
            double[] out = e.result();
            Arrays.fill(out, 0);
            double[] v = e.of(value);
            int columns = value.dim(-1);
            for (int row = 0; row < rows.count(); row++) {
                double[] shares = rows.kept(row, rows.shares(row));
                for (int j = 0; j < shares.length; j++) {
                    int from = rows.key(row, j) * columns;
                    for (int i = 0; i < columns && rows.isUsed(row, j); i++) {
                        out[row * columns + i] += shares[j] * v[from + i];
                    }
                }
            }
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(new DecomposedAttention(this).attended());
        }
    }

    /**
     * The gradients of {@link ScaledDotProductAttention} with respect to queries, keys and values.
     * With p the shares and g the gradient of the result, that of the scores is p·(d − Σ p·d), d =
     * g·vᵀ where a share counts and 0 elsewhere. Where a mask is added, the fourth result is the
     * gradient of the scores, [batch…, h, l, s].
     *
     * @param query [batch…, h, l, e]
     * @param key [batch…, k, s, e]
     * @param value [batch…, k, s, f]
     * @param attnMask none, or one that broadcasts to [batch…, h, l, s]: truth values, or what is
     *     added
     * @param kept none, or which shares count
     * @param gradient g, [batch…, h, l, f]
     */
    record ScaledDotProductAttentionGradient(
            Tensor query,
            Tensor key,
            Tensor value,
            List<Tensor> attnMask,
            List<Tensor> kept,
            Tensor gradient)
            implements AttentionProduct, DecomposedForMil {
        @Override
        public TensorType infer() {
            TensorType attended = attended(this);
            if (!gradient.type().equals(attended)) {
                throw OpRule.shape(
                        this,
                        attended + " has no gradient " + gradient.type(),
                        "give the gradient of what is attended to");
            }
            return query.type();
        }

        @Override
        public List<TensorType> inferAll() {
            var types = new ArrayList<>(List.of(infer(), key.type(), value.type()));
            if (hasAdded()) {
                types.add(query.type().with(scores()));
            }
            return List.copyOf(types);
        }

        /** Whether a mask is added, which has a gradient then. */
        private boolean hasAdded() {
            return attnMask.stream().anyMatch(mask -> mask.dtype().isFloat());
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            var rows = new AttentionRows(this, e);
            double[] g = e.of(gradient);
            double[] ofQuery = e.result(0);
            double[] ofKey = e.result(1);
            double[] ofValue = e.result(2);
            Arrays.fill(ofQuery, 0);
            Arrays.fill(ofKey, 0);
            Arrays.fill(ofValue, 0);
            int width = query.dim(-1);
            int columns = value.dim(-1);
            for (int row = 0; row < rows.count(); row++) {
                double[] shares = rows.shares(row);
                double[] kept = rows.kept(row, shares);
                double[] ofScores = ofScores(rows, row, shares, g, e.of(value));
                if (hasAdded()) {
                    System.arraycopy(ofScores, 0, e.result(3), row * shares.length, shares.length);
                }
                for (int j = 0; j < shares.length; j++) {
                    int place = rows.key(row, j);
                    for (int i = 0; i < columns; i++) {
                        ofValue[place * columns + i] += kept[j] * g[row * columns + i];
                    }
                    double slope = ofScores[j] * scale();
                    for (int i = 0; i < width; i++) {
                        int at = row * width + i;
                        ofKey[place * width + i] += slope * e.of(query)[at];
                        if (rows.isUsed(row, j)) {
                            ofQuery[at] += slope * e.of(key)[place * width + i];
                        }
                    }
                }
            }
        }

        /** Returns p·(d − Σ p·d) of a query. */
        private double[] ofScores(
                AttentionRows rows, int row, double[] shares, double[] g, double[] v) {
            int columns = value.dim(-1);
            double[] slopes = new double[shares.length];
            double along = 0;
            for (int j = 0; j < slopes.length; j++) {
                for (int i = 0; i < columns && rows.counts(row, j); i++) {
                    slopes[j] += g[row * columns + i] * v[rows.key(row, j) * columns + i];
                }
                along += shares[j] * slopes[j];
            }
            for (int j = 0; j < slopes.length; j++) {
                slopes[j] = rows.sees(row, j) ? shares[j] * (slopes[j] - along) : 0;
            }
            return slopes;
        }

        @Override
        public List<Tensor> decompose() {
            return new DecomposedAttention(this).gradients(gradient, hasAdded());
        }
    }
}
