package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.stream.IntStream;

/** What queries see of keys, in tensor operations. */
final class SeenKeys {
    private final AttentionProduct op;
    private final Tensor seen;
    private final Lazy<Boolean> everyQuerySees;
    private final Lazy<Boolean> everyKeyIsSeen;

    private SeenKeys(AttentionProduct op, Tensor seen) {
        this.op = op;
        this.seen = seen;
        this.everyQuerySees = new Lazy<>(() -> isOneOverEach(op.scores().with(-1, 1)));
        this.everyKeyIsSeen = new Lazy<>(() -> isOneOverEach(op.scores().with(-2, 1)));
    }

    /** Returns what a mask shows: where it is true, or not −∞ where it is added. */
    static SeenKeys of(AttentionProduct op, Tensor mask) {
        boolean isTruth = mask.dtype() == DType.BOOL;
        return new SeenKeys(op, isTruth ? mask : mask.greater(Double.NEGATIVE_INFINITY));
    }

    /** Returns shares where they are of keys that a query sees, and 0 elsewhere. */
    Tensor ofSeen(Tensor shares) {
        return everyQuerySees.value() ? shares : Choice.orZero(seen, shares);
    }

    /** Returns rows of keys or values, with zeros in place of those that no query sees. */
    Tensor ofUsed(Tensor rows) {
        return everyKeyIsSeen.value() ? rows : Choice.orZero(used(), rows);
    }

    /** Returns truth values that broadcast to the scores. */
    Tensor seen() {
        return seen;
    }

    /** Returns whether each query surely sees a key, and each key is seen. */
    boolean isOpen() {
        return everyQuerySees.value() && everyKeyIsSeen.value();
    }

    /** Whether of known values that lie over each element of a shape one is true. */
    private boolean isOneOverEach(Shape shape) {
        if (!(seen.op() instanceof Leaf.Const(NDArray known))) {
            return false;
        }
        Shape mask = seen.shape();
        while (mask.rank() < shape.rank()) {
            mask = mask.prepend(1);
        }
        // What the mask does not tell apart is one.
        Shape groups = shape;
        for (int axis = 0; axis < mask.rank(); axis++) {
            groups = mask.dim(axis) == 1 ? groups.with(axis, 1) : groups;
        }
        boolean[] found = new boolean[groups.size()];
        var place = new Broadcast(groups, mask);
        double[] values = known.doubles();
        for (int i = 0; i < values.length; i++) {
            found[place.index(i)] |= values[i] != 0;
        }
        return IntStream.range(0, found.length).allMatch(i -> found[i]);
    }

    /** Returns which keys some query sees, [batch…, k or 1, s, 1] or what broadcasts to it. */
    private Tensor used() {
        return used(ofSharers());
    }

    /** Returns which keys some query sees, [..., keys, 1]. */
    static Tensor used(Tensor seen) {
        Tensor all = seen.rank() < 2 ? seen.reshape(1, seen.shape().size()) : seen;
        int rank = all.rank();
        if (all.dim(-2) == 1) {
            var dims = new ArrayList<>(all.shape().dims());
            dims.remove(rank - 2);
            dims.add(1);
            return all.reshape(new Shape(dims).toArray());
        }
        int[] swapped = IntStream.range(0, rank).toArray();
        swapped[rank - 2] = rank - 1;
        swapped[rank - 1] = rank - 2;
        Tensor counts = all.cast(DType.FLOAT32).sum(-2, true);
        return counts.greater(0).transpose(swapped);
    }

    /** Returns the values with all queries in a row that share a key. */
    private Tensor ofSharers() {
        if (op.sharing() == 1 || seen.rank() < 3 || seen.dim(-3) == 1) {
            return seen;
        }
        Shape heads = seen.shape().with(-3, op.key().dim(-3));
        return seen.reshape(heads.with(-2, op.sharing() * seen.dim(-2)).toArray());
    }
}
