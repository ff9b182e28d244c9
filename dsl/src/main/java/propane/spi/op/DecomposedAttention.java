package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Attention in products of matrices, selects and a softmax: what the op and its gradient share. */
final class DecomposedAttention {
    private final AttentionProduct op;
    private final List<SeenKeys> seen;
    private final Tensor query;
    private final Tensor key;
    private final Tensor value;
    private final Tensor shares;

    DecomposedAttention(AttentionProduct op) {
        this.op = op;
        this.seen = op.attnMask().stream().map(mask -> SeenKeys.of(op, mask)).toList();
        // Divided before the product: float16 has no room for it undivided.
        this.query = together(op.query().mul(op.scale()));
        // What no query sees must not reach a product: 0 · ∞ is no number.
        this.key = ofUsed(op.key());
        this.value = ofUsed(op.value());
        this.shares = shares(apart(Tensor.of(new Linear.Matmul(query, key, false, true))));
    }

    /** Returns what stands for the score of a key that is not seen. */
    private double far() {
        return op.query().dtype() == DType.FLOAT16 ? -3e4 : -3e38;
    }

    private Tensor shares(Tensor scores) {
        if (seen.isEmpty()) {
            return scores.softmax(-1);
        }
        Tensor mask = op.attnMask().getFirst();
        Tensor visible = seen.getFirst().seen();
        Tensor added =
                mask.dtype() == DType.BOOL ? scores : scores.add(Choice.orZero(visible, mask));
        Tensor far = Tensor.full(scores.type().with(Shape.shape()), far());
        return seen.getFirst().ofSeen(visible.where(added, far).softmax(-1));
    }

    /** Returns the values by their shares. */
    Tensor attended() {
        return apart(together(ofKept(shares)).matmul(value));
    }

    /**
     * Returns the gradients of queries, keys and values.
     *
     * @param gradient the gradient of what is attended to
     * @param isOfScores whether that of the scores follows
     */
    List<Tensor> gradients(Tensor gradient, boolean isOfScores) {
        Tensor g = together(gradient);
        Tensor ofValue = Tensor.of(new Linear.Matmul(together(ofKept(shares)), g, true, false));
        Tensor ofShares = ofKept(apart(Tensor.of(new Linear.Matmul(g, value, false, true))));
        for (SeenKeys each : seen) {
            ofShares = each.ofSeen(ofShares);
        }
        Tensor weighted = ofShares.mul(shares);
        Tensor ofScores = weighted.sub(shares.mul(weighted.sum(-1, true)));
        for (SeenKeys each : seen) {
            ofScores = Choice.orZero(each.seen(), ofScores);
        }
        Tensor rows = together(ofScores);
        Tensor ofQuery = apart(rows.matmul(key)).mul(op.scale());
        Tensor ofKey = Tensor.of(new Linear.Matmul(rows, query, true, false));
        // Of keys that no query sees all slopes and shares are 0, and so are these.
        var all = new ArrayList<>(List.of(ofQuery, ofKey, ofValue));
        if (isOfScores) {
            all.add(ofScores);
        }
        return all;
    }

    private Tensor ofUsed(Tensor rows) {
        Tensor used = rows;
        for (SeenKeys each : seen) {
            used = each.ofUsed(used);
        }
        return used;
    }

    private Tensor ofKept(Tensor ofShares) {
        Tensor kept = ofShares;
        for (Tensor each : op.kept()) {
            kept = Choice.orZero(each, kept);
        }
        return kept;
    }

    /** Puts the queries of all heads that share a key into one matrix. */
    private Tensor together(Tensor rows) {
        return op.sharing() == 1
                ? rows
                : rows.reshape(
                        rows.shape()
                                .with(-3, op.key().dim(-3))
                                .with(-2, op.sharing() * rows.dim(-2))
                                .toArray());
    }

    /** Puts them back. */
    private Tensor apart(Tensor rows) {
        return op.sharing() == 1
                ? rows
                : rows.reshape(op.query().shape().with(-1, rows.dim(-1)).toArray());
    }
}
