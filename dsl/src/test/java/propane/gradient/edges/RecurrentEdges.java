package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;

import propane.spi.op.GruRecurrence.Gru;
import propane.spi.op.GruRecurrence.GruSequence;
import propane.spi.op.GruRecurrence.GruSequenceGradient;
import propane.spi.op.LstmRecurrence.Lstm;
import propane.spi.op.LstmRecurrence.LstmSequence;
import propane.spi.op.LstmRecurrence.LstmSequenceGradient;
import propane.spi.op.Recurrent.Direction;
import propane.spi.op.Recurrent.Nonlinearity;
import propane.spi.op.RnnRecurrence.Rnn;
import propane.spi.op.RnnRecurrence.RnnSequence;
import propane.spi.op.RnnRecurrence.RnnSequenceGradient;

import java.util.List;

/** Sequences of one step and one unit whose functions are saturated: nothing flows. */
final class RecurrentEdges implements Edges {
    private static final double FAR = -1e4;
    private static final int[] STEP = {1, 1, 1};
    private static final int[] STATE = {1, 1};
    private static final Nonlinearity SIGMOID = Nonlinearity.SIGMOID;
    private static final Nonlinearity TANH = Nonlinearity.TANH;

    @Override
    public List<Edge> rows() {
        return List.of(
                edge(
                                "saturated",
                                x ->
                                        new Lstm(
                                                x.get(0),
                                                x.get(1),
                                                x.get(2),
                                                x.get(3),
                                                x.get(4),
                                                List.of(x.get(5)),
                                                List.of(),
                                                List.of(),
                                                List.of(),
                                                Direction.FORWARD,
                                                false,
                                                SIGMOID,
                                                TANH,
                                                TANH))
                        .at(STEP, 0)
                        .at(STATE, 0)
                        .at(STATE, 0)
                        .at(dims(4, 1), 0, 0, 0, 0)
                        .at(dims(4, 1), 0, 0, 0, 0)
                        .at(FAR, FAR, FAR, FAR)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new LstmSequence(
                                                x.get(0), x.get(1), x.get(2), x.get(3), false,
                                                SIGMOID, TANH, TANH))
                        .at(dims(1, 1, 4), FAR, FAR, FAR, FAR)
                        .at(STATE, 0)
                        .at(STATE, 0)
                        .at(dims(4, 1), 0, 0, 0, 0)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new LstmSequenceGradient(
                                                x.get(0), x.get(1), x.get(2), x.get(3), x.get(4),
                                                List.of(), false, SIGMOID, TANH, TANH))
                        .at(dims(1, 1, 4), 0, 0, 0, 0)
                        .at(STEP, 0)
                        .at(STATE, 0)
                        .at(dims(4, 1), 0, 0, 0, 0)
                        .at(STEP, 0)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new Gru(
                                                x.get(0),
                                                x.get(1),
                                                x.get(2),
                                                x.get(3),
                                                List.of(x.get(4)),
                                                Direction.FORWARD,
                                                false,
                                                SIGMOID,
                                                TANH,
                                                false,
                                                List.of()))
                        .at(STEP, 0)
                        .at(STATE, 0)
                        .at(dims(3, 1), 0, 0, 0)
                        .at(dims(3, 1), 0, 0, 0)
                        .at(FAR, FAR, FAR)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new GruSequence(
                                                x.get(0), x.get(1), x.get(2), List.of(), false,
                                                SIGMOID, TANH))
                        .at(dims(1, 1, 3), FAR, FAR, FAR)
                        .at(STATE, 0)
                        .at(dims(3, 1), 0, 0, 0)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new GruSequenceGradient(
                                                x.get(0), x.get(1), x.get(2), x.get(3), x.get(4),
                                                x.get(5), false, SIGMOID, TANH))
                        .at(STEP, -1)
                        .at(dims(1, 1, 3), 0, -1, 0)
                        .at(STEP, 0)
                        .at(STATE, 0)
                        .at(dims(3, 1), 0, 0, 0)
                        .at(STEP, 0)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new Rnn(
                                                x.get(0),
                                                x.get(1),
                                                x.get(2),
                                                x.get(3),
                                                List.of(x.get(4)),
                                                Direction.FORWARD,
                                                false,
                                                TANH))
                        .at(STEP, 0)
                        .at(STATE, 0)
                        .at(dims(1, 1), 0)
                        .at(dims(1, 1), 0)
                        .at(FAR)
                        .givesZeros(),
                edge("saturated", x -> new RnnSequence(x.get(0), x.get(1), x.get(2), false, TANH))
                        .at(STEP, FAR)
                        .at(STATE, 0)
                        .at(dims(1, 1), 0)
                        .givesZeros(),
                edge(
                                "saturated",
                                x ->
                                        new RnnSequenceGradient(
                                                x.get(0), x.get(1), x.get(2), false, TANH))
                        .at(STEP, -1)
                        .at(dims(1, 1), 0)
                        .at(STEP, 0)
                        .givesZeros());
    }
}
