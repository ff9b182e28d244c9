package propane.spi.op;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * {@link Lattice} spelled in ops, a few for each step of time. What cannot be is not −∞ but far
 * below what can, so that no difference of two infinities turns up in gradients.
 */
final class DecomposedLattice {
    private final DType dtype;
    private final double never;
    private final int rows;
    private final int time;
    private final int classes;
    private final int states;

    /** The logarithms of the classes' probabilities, [n, time, classes]. */
    private final Tensor logs;

    /** Which class each label is, [n, length, classes]; none of those that are no classes. */
    private final Tensor labels;

    /** Which class each state takes, [n, states, classes]. */
    private final Tensor taken;

    /** Nothing where a state may follow the one before the last, never elsewhere, [n, states]. */
    private final Tensor leaps;

    /** Nothing at the states that a sequence may end in, never elsewhere, [n, states]. */
    private final Tensor ends;

    private final List<Tensor> steps;
    private final List<Tensor> forward = new ArrayList<>();
    private final Tensor all;

    DecomposedLattice(AlignmentLoss op) {
        this.dtype = op.logits().dtype();
        this.never = dtype == DType.FLOAT16 ? -1e4 : -1e30;
        this.rows = op.logits().dim(0);
        this.time = op.logits().dim(1);
        this.classes = op.logits().dim(2);
        int length = op.target().dim(1);
        this.states = 2 * length + 1;
        this.logs = op.logits().logSoftmax(-1);
        this.labels = op.target().oneHot(classes).cast(dtype);
        this.taken =
                Tensor.concat(
                        1,
                        List.of(
                                Tensor.stack(2, List.of(blanks(length), labels))
                                        .reshape(rows, states - 1, classes),
                                blanks(1)));
        this.leaps = leaps(length);
        this.ends = ends();
        Tensor taking = Tensor.of(new Linear.Matmul(logs, taken, false, true));
        this.steps = new ArrayList<>();
        for (int t = 0; t < time; t++) {
            steps.add(taking.slice(1, t, t + 1).squeeze(1));
        }
        forward.add(Tensor.constant(start()).add(steps.getFirst()));
        for (int t = 1; t < time; t++) {
            Tensor last = forward.getLast();
            Tensor near = Tensor.concat(1, List.of(column(1), last.slice(1, 0, states - 1)));
            Tensor far = Tensor.concat(1, List.of(column(2), last.slice(1, 0, states - 2)));
            forward.add(any(last, near, far.add(leaps)).add(steps.get(t)));
        }
        this.all = forward.getLast().add(ends).logSumExp(1);
    }

    /** Returns the logarithms of the probabilities that labels are spelled, [n]. */
    Tensor all() {
        return all;
    }

    /** Returns whether labels fit into the time, [n]. */
    Tensor fits() {
        return all.greater(never / 2);
    }

    /** Returns the gradient by the logits from that of the losses. */
    Tensor gradient(Tensor g) {
        var shares = new ArrayList<Tensor>();
        Tensor after = ends;
        for (int t = time - 1; t >= 0; t--) {
            shares.addFirst(forward.get(t).add(after));
            Tensor next = after.add(steps.get(t));
            Tensor near = Tensor.concat(1, List.of(next.slice(1, 1, states), column(1)));
            Tensor far = next.add(leaps).slice(1, 2, states);
            after = t == 0 ? next : any(next, near, Tensor.concat(1, List.of(far, column(2))));
        }
        Tensor logShares = Tensor.stack(1, shares).sub(all.reshape(rows, 1, 1));
        Tensor fits = fits().reshape(rows, 1, 1);
        Tensor none = Tensor.constant(NDArray.full(logShares.type(), never));
        Tensor spelled = fits.where(logShares, none).exp().matmul(taken);
        Tensor weight = fits.where(g.reshape(rows, 1, 1), Tensor.zeros(type(rows, 1, 1)));
        return logs.exp().sub(spelled).mul(weight);
    }

    private Tensor leaps(int length) {
        Tensor first = column(1);
        Tensor no = Tensor.constant(NDArray.full(type(rows, length), never));
        if (length == 1) {
            return between(no, first, first);
        }
        Tensor same = labels.slice(1, 1, length).mul(labels.slice(1, 0, length - 1)).sum(2);
        Tensor others = same.mul(never);
        return between(no, Tensor.concat(1, List.of(first, others)), first);
    }

    private Tensor ends() {
        // A label that is no class, and the blank, are none.
        Tensor isLabel = labels.sum(2).sub(labels.slice(2, 0, 1).squeeze(2));
        // Labels end at the first that is none.
        Tensor over = isLabel.neg().add(1).cumsum(1);
        Tensor last = over.less(0.5).cast(dtype).sum(1, true).mul(2);
        Tensor places = Tensor.constant(places()).sub(last);
        return places.add(0.5).abs().less(1).cast(dtype).neg().add(1).mul(never);
    }

    private Tensor blanks(int count) {
        double[] taken = new double[rows * count * classes];
        for (int i = 0; i < taken.length; i += classes) {
            taken[i] = 1;
        }
        return Tensor.constant(NDArray.of(taken, type(rows, count, classes)));
    }

    private NDArray places() {
        double[] places = new double[states];
        for (int s = 0; s < states; s++) {
            places[s] = s;
        }
        return NDArray.of(places, type(1, states));
    }

    private NDArray start() {
        double[] start = new double[states];
        for (int s = 2; s < states; s++) {
            start[s] = never;
        }
        return NDArray.of(start, type(1, states));
    }

    /** Returns a row's numbers in turn, and one at the end. */
    private Tensor between(Tensor blanks, Tensor labels, Tensor end) {
        Tensor pairs = Tensor.stack(2, List.of(blanks, labels)).reshape(rows, states - 1);
        return Tensor.concat(1, List.of(pairs, end));
    }

    private static Tensor any(Tensor here, Tensor near, Tensor far) {
        return Tensor.stack(0, List.of(here, near, far)).logSumExp(0);
    }

    private Tensor column(int width) {
        return Tensor.constant(NDArray.full(type(rows, width), never));
    }

    private TensorType type(int... dims) {
        return new TensorType(dtype, Shape.shape(dims));
    }
}
