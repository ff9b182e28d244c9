package propane.nn.layer;

import propane.spi.op.Decomposable;
import propane.spi.op.GruRecurrence.Gru;
import propane.spi.op.LstmRecurrence.Lstm;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Recurrent.Direction;
import propane.spi.op.Recurrent.Nonlinearity;
import propane.spi.op.RnnRecurrence.Rnn;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The kinds of recurrent networks, and how PyTorch's weights become operands of their ops. */
enum Cell {
    /** Long short-term memory; PyTorch has its gates as i, f, g, o. */
    LSTM(2, 0, 1, 3, 2),
    /** Gated recurrent units; PyTorch has their gates as r, z, n. */
    GRU(1, 0, 2, 1),
    /** Plain recurrent networks with tanh. */
    RNN(1, 0);

    private final int states;
    private final int[] order;

    /** Takes the places in PyTorch of the gates in MIL's order. */
    Cell(int states, int... order) {
        this.states = states;
        this.order = order;
    }

    /**
     * One direction of a network: its weights with gates in MIL's order, and the states it begins
     * with.
     */
    record Sweep(
            Tensor weightIh,
            Tensor weightHh,
            Tensor biasIh,
            Tensor biasHh,
            List<Tensor> states,
            boolean isReverse) {
        private List<Tensor> bias() {
            return List.of(biasIh.add(biasHh));
        }

        private Direction direction() {
            return isReverse ? Direction.REVERSE : Direction.FORWARD;
        }
    }

    String kind() {
        return name().toLowerCase(Locale.ROOT);
    }

    int gates() {
        return order.length;
    }

    /** Returns how many states there are: h, and of an LSTM c. */
    int states() {
        return states;
    }

    /** Returns rows with the gates in MIL's order. */
    Tensor ordered(Tensor weight) {
        if (order.length == 1) {
            return weight;
        }
        int units = weight.dim(0) / order.length;
        var parts = new ArrayList<Tensor>();
        for (int gate : order) {
            parts.add(weight.slice(0, gate * units, (gate + 1) * units));
        }
        return Tensor.concat(0, parts);
    }

    /**
     * Returns the results of a network, of one direction or both, [s, n, width].
     *
     * @param whole whether those of all steps, else of the last alone
     * @param training whether gradients will be asked for: then a product of all inputs and an op
     *     of all steps stand for MIL's op
     */
    Tensor results(Tensor steps, List<Sweep> sweeps, boolean whole, boolean training) {
        if (this == LSTM) {
            return first(lstm(steps, sweeps, whole), training);
        }
        var results = new ArrayList<Tensor>();
        for (Sweep sweep : sweeps) {
            results.add(
                    this == GRU
                            ? first(gru(steps, sweep, whole), true)
                            : first(rnn(steps, sweep, whole), training || sweep.isReverse()));
        }
        return results.size() == 1 ? results.getFirst() : Tensor.concat(2, results);
    }

    private static <T extends Op & Decomposable> Tensor first(T op, boolean isDecomposed) {
        return isDecomposed ? op.decompose().getFirst() : Operation.of(op).result(0);
    }

    private static Lstm lstm(Tensor steps, List<Sweep> sweeps, boolean whole) {
        Sweep first = sweeps.getFirst();
        boolean isBoth = sweeps.size() == 2;
        var more = isBoth ? List.of(sweeps.getLast()) : List.<Sweep>of();
        return new Lstm(
                steps,
                beside(sweeps, 0),
                beside(sweeps, 1),
                first.weightIh(),
                first.weightHh(),
                first.bias(),
                more.stream().map(Sweep::weightIh).toList(),
                more.stream().map(Sweep::weightHh).toList(),
                isBoth ? sweeps.getLast().bias() : List.of(),
                isBoth ? Direction.BIDIRECTIONAL : first.direction(),
                whole,
                Nonlinearity.SIGMOID,
                Nonlinearity.TANH,
                Nonlinearity.TANH);
    }

    private static Tensor beside(List<Sweep> sweeps, int state) {
        var states = sweeps.stream().map(sweep -> sweep.states().get(state)).toList();
        return states.size() == 1 ? states.getFirst() : Tensor.concat(1, states);
    }

    private static Gru gru(Tensor steps, Sweep sweep, boolean whole) {
        return new Gru(
                steps,
                sweep.states().getFirst(),
                sweep.weightIh(),
                sweep.weightHh(),
                List.of(sweep.biasHh()),
                sweep.direction(),
                whole,
                Nonlinearity.SIGMOID,
                Nonlinearity.TANH,
                true,
                List.of(sweep.biasIh()));
    }

    private static Rnn rnn(Tensor steps, Sweep sweep, boolean whole) {
        return new Rnn(
                steps,
                sweep.states().getFirst(),
                sweep.weightIh(),
                sweep.weightHh(),
                sweep.bias(),
                sweep.direction(),
                whole,
                Nonlinearity.TANH);
    }
}
