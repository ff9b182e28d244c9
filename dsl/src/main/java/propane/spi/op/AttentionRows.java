package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.Tensor;

/** Attention in plain loops, one query after the other. */
final class AttentionRows {
    private final AttentionProduct op;
    private final Evaluation e;
    private final int queries;
    private final int keys;
    private final double[] added;
    private final boolean[] keeps;
    private final boolean[] isUsed;

    AttentionRows(AttentionProduct op, Evaluation e) {
        this.op = op;
        this.e = e;
        this.queries = op.query().dim(-2);
        this.keys = op.key().dim(-2);
        int count = op.scores().size();
        this.added = new double[count];
        this.keeps = new boolean[count];
        this.isUsed = new boolean[op.key().shape().before(-1).size()];
        for (Tensor mask : op.attnMask()) {
            var place = new Broadcast(mask.shape(), op.scores());
            double[] values = e.of(mask);
            for (int i = 0; i < count; i++) {
                double here = values[place.index(i)];
                boolean isHidden = mask.dtype() == DType.BOOL && here == 0;
                boolean isAdded = mask.dtype() != DType.BOOL;
                added[i] = isHidden ? Double.NEGATIVE_INFINITY : isAdded ? here : 0;
            }
        }
        for (int i = 0; i < count; i++) {
            keeps[i] = true;
            if (sees(i / keys, i % keys)) {
                isUsed[key(i / keys, i % keys)] = true;
            }
        }
        for (Tensor kept : op.kept()) {
            var place = new Broadcast(kept.shape(), op.scores());
            for (int i = 0; i < count; i++) {
                keeps[i] = e.of(kept)[place.index(i)] != 0;
            }
        }
    }

    /** Returns the number of queries of all batches and heads. */
    int count() {
        return op.query().shape().before(-1).size();
    }

    /** Returns at which row of all keys one stands. */
    int key(int row, int j) {
        return row / queries / op.sharing() * keys + j;
    }

    /** Returns whether a query sees a key. */
    boolean sees(int row, int j) {
        return added[row * keys + j] != Double.NEGATIVE_INFINITY;
    }

    /** Returns whether some query sees a key. */
    boolean isUsed(int row, int j) {
        return isUsed[key(row, j)];
    }

    /** Returns whether a query sees a key and keeps its share. */
    boolean counts(int row, int j) {
        return sees(row, j) && keeps[row * keys + j];
    }

    /** Returns the softmax of a query's scores, 0 for what it does not see. */
    double[] shares(int row) {
        int width = op.query().dim(-1);
        double[] q = e.of(op.query());
        double[] k = e.of(op.key());
        double[] shares = new double[keys];
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < keys; j++) {
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += q[row * width + i] * k[key(row, j) * width + i];
            }
            shares[j] = sum * op.scale() + added[row * keys + j];
            largest = sees(row, j) ? Math.max(largest, shares[j]) : largest;
        }
        double all = 0;
        for (int j = 0; j < keys; j++) {
            shares[j] = sees(row, j) ? Math.exp(shares[j] - largest) : 0;
            all += shares[j];
        }
        for (int j = 0; j < keys; j++) {
            shares[j] = sees(row, j) ? shares[j] / all : 0;
        }
        return shares;
    }

    /** Returns the shares that count, 0 in place of the others. */
    double[] kept(int row, double[] shares) {
        double[] kept = new double[keys];
        for (int j = 0; j < keys; j++) {
            kept[j] = counts(row, j) ? shares[j] : 0;
        }
        return kept;
    }
}
