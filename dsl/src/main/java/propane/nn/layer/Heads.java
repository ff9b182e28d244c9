package propane.nn.layer;

import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.AttentionProduct;
import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * What self- and cross-attention share: projections, heads, and what is seen.
 *
 * @param count the number of heads; the width is a multiple of it
 * @param keys the number of heads of keys and values, a divisor of {@code count}; fewer are shared
 *     by groups of queries (Ainslie et al., 2023)
 * @param isCausal whether a query sees no keys after it
 * @param isRotary whether queries and keys are rotated by their positions
 * @param bias whether projections add a bias
 * @param dropout the share of attention dropped in training
 * @param masks what is seen, [n, keys] or [n, queries, keys]: none, or one tensor
 */
record Heads(
        int count,
        int keys,
        boolean isCausal,
        boolean isRotary,
        boolean bias,
        double dropout,
        List<Tensor> masks) {
    Heads {
        Preconditions.atLeast(1, "attention: the number of heads", count);
        Preconditions.atLeast(1, "attention: the number of heads of keys", keys);
        Preconditions.belowOne("attention: the dropout rate", dropout);
    }

    static Heads of(int count) {
        return new Heads(count, count, false, false, true, 0, List.of());
    }

    Heads keys(int of) {
        return new Heads(count, of, isCausal, isRotary, bias, dropout, masks);
    }

    Heads causal() {
        return new Heads(count, keys, true, isRotary, bias, dropout, masks);
    }

    Heads rotary() {
        return new Heads(count, keys, isCausal, true, bias, dropout, masks);
    }

    Heads bias(boolean of) {
        return new Heads(count, keys, isCausal, isRotary, of, dropout, masks);
    }

    Heads dropout(double rate) {
        return new Heads(count, keys, isCausal, isRotary, bias, rate, masks);
    }

    Heads mask(Tensor mask) {
        return new Heads(count, keys, isCausal, isRotary, bias, dropout, List.of(mask));
    }

    /** Returns the attention of some queries [n, t, width] over a memory [n, s, any]. */
    Tensor attend(String kind, Scope scope, Tensor x, Tensor memory) {
        requireFit(kind, x, memory);
        int width = x.dim(-1);
        int each = width / count;
        Tensor asking = x;
        Tensor seen = memory;
        List<Tensor> masks = seen(kind, x, memory);
        for (Tensor mask : masks) {
            // What nobody sees must not reach the projections: 0 · ∞ is no number.
            Tensor used = AttentionProduct.usedKeys(mask).reshape(x.dim(0), -1, 1);
            seen = AttentionMask.shown(used, memory);
            asking = AttentionMask.shown(asking(mask, used, x, memory), x);
        }
        Tensor query = heads(project(scope, "query", width, asking), count);
        Tensor key = heads(project(scope, "key", keys * each, seen), keys);
        Tensor value = heads(project(scope, "value", keys * each, seen), keys);
        if (isRotary) {
            query = Attention.rotary(query);
            key = Attention.rotary(key);
        }
        Tensor found = attended(scope, query, key, value, masks);
        Tensor together = found.transpose(0, 2, 1, 3).reshape(x.dim(0), -1, width);
        return project(scope, "out", width, together);
    }

    /**
     * Returns which queries ask, [n, t or 1, 1]: those that see something. An element of a sequence
     * that nobody sees still asks, but not if there are no numbers in it.
     */
    private static Tensor asking(Tensor mask, Tensor used, Tensor x, Tensor memory) {
        Tensor seeing = AttentionMask.seeingQueries(mask).reshape(x.dim(0), -1, 1);
        return x == memory ? seeing.and(used.or(AttentionMask.finite(x))) : seeing;
    }

    private void requireFit(String kind, Tensor x, Tensor memory) {
        for (Tensor each : List.of(x, memory)) {
            LayerRule.requireFloat(kind, each);
            if (each.rank() != 3) {
                throw LayerRule.shape(
                        kind,
                        "needs [n, length, width], got " + each.shape(),
                        each,
                        "make sequences, for example with embedding(…) or reshape(length, width)");
            }
        }
        if (x.dim(-1) % count != 0) {
            throw LayerRule.shape(
                    kind,
                    count + " heads do not divide the width " + x.dim(-1),
                    x,
                    "make the width a multiple of the heads, or use "
                            + divisor(x.dim(-1), count)
                            + " heads");
        }
        if (count % keys != 0) {
            throw LayerRule.shape(
                    kind,
                    keys + " heads of keys do not divide " + count + " heads",
                    x,
                    "use keyValueHeads(" + divisor(count, keys) + ")");
        }
    }

    /** Returns the divisor of a number that comes nearest to another number. */
    private static int divisor(int of, int wanted) {
        int found = 1;
        for (int i = 1; i <= of; i++) {
            if (of % i == 0 && Math.abs(i - wanted) < Math.abs(found - wanted)) {
                found = i;
            }
        }
        return found;
    }

    private Tensor project(Scope scope, String name, int units, Tensor x) {
        Dense dense = Layers.dense(units);
        return scope.apply(name, dense.bias(bias), x);
    }

    /** Turns [n, length, heads · each] into [n, heads, length, each]. */
    private static Tensor heads(Tensor x, int heads) {
        return x.reshape(x.dim(0), x.dim(1), heads, -1).transpose(0, 2, 1, 3);
    }

    private Tensor attended(
            Scope scope, Tensor query, Tensor key, Tensor value, List<Tensor> masks) {
        List<Tensor> seen = seen(masks, query.dim(-2), key.dim(-2));
        Layer attention =
                (below, asking) -> {
                    if (dropout == 0 || !below.training()) {
                        return attended(asking, key, value, seen, List.of());
                    }
                    Shape scores = asking.shape().with(-1, key.dim(-2));
                    Tensor stays = below.uniform(scores).greaterEqual(dropout);
                    return attended(asking, key, value, seen, List.of(stays))
                            .mul(1 / (1 - dropout));
                };
        return dropout == 0
                ? attention.apply(scope, query)
                : scope.apply("dropout", attention, query);
    }

    private static Tensor attended(
            Tensor query, Tensor key, Tensor value, List<Tensor> seen, List<Tensor> kept) {
        return Tensor.of(new ScaledDotProductAttention(query, key, value, seen, kept));
    }

    /** Returns what is seen of what masks show, by place, too, where that counts. */
    private List<Tensor> seen(List<Tensor> masks, int queries, int length) {
        if (!isCausal) {
            return masks;
        }
        Tensor before = Attention.upToOwnPlace(queries, length);
        return List.of(masks.isEmpty() ? before : masks.getFirst().and(before));
    }

    /** Returns what the mask shows of a memory as truth values [n, 1, queries or 1, keys]. */
    private List<Tensor> seen(String kind, Tensor x, Tensor memory) {
        var all = new ArrayList<Tensor>();
        int n = x.dim(0);
        int length = memory.dim(1);
        for (Tensor mask : masks) {
            int size = mask.shape().size();
            boolean ofKeys = mask.rank() == 2 && size == n * length;
            boolean ofPairs = mask.rank() == 3 && size == n * x.dim(1) * length;
            if (!ofKeys && !ofPairs) {
                throw LayerRule.shape(
                        kind,
                        "the mask does not fit " + n + " sequences of " + length + " keys",
                        mask,
                        "give a mask [n, keys] or [n, queries, keys], 1 where seen");
            }
            all.add(AttentionMask.truth(mask).reshape(n, 1, ofKeys ? 1 : x.dim(1), length));
        }
        return all;
    }

    /** Returns what differs from plain attention, for example {@code 4 heads, causal}. */
    @Override
    public String toString() {
        var text = new StringBuilder(count == 1 ? "1 head" : count + " heads");
        text.append(keys == count ? "" : ", " + keys + " of keys");
        text.append(isCausal ? ", causal" : "").append(isRotary ? ", rotary" : "");
        text.append(bias ? "" : ", without bias");
        text.append(dropout == 0 ? "" : ", dropout " + dropout);
        return text.append(masks.isEmpty() ? "" : ", masked").toString();
    }
}
