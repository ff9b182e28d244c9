package propane.samples;

import propane.spi.op.GruRecurrence;
import propane.spi.op.LstmRecurrence;
import propane.spi.op.Recurrent;
import propane.spi.op.Recurrent.Direction;
import propane.spi.op.Recurrent.Nonlinearity;
import propane.spi.op.RnnRecurrence;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link Recurrent}. */
public final class RecurrentSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> lstm(new Sizes(d, false))),
                OpSample.of(d -> gru(new Sizes(d, false))),
                OpSample.of(d -> rnn(new Sizes(d, false))),
                OpSample.of("of constants", d -> lstm(new Sizes(d, true))),
                OpSample.of("of constants", d -> gru(new Sizes(d, true))),
                OpSample.of("of constants", d -> rnn(new Sizes(d, true))),
                OpSample.of(d -> lstmSequence(new Sizes(d, false))),
                OpSample.of("wide", d -> lstmSequence(Sizes.wide(d))).notDifferentiated(),
                OpSample.of(d -> lstmGradient(new Sizes(d, false))),
                OpSample.of("wide", d -> lstmGradient(Sizes.wide(d))).notDifferentiated(),
                OpSample.of(d -> gruSequence(new Sizes(d, false))),
                OpSample.of("wide", d -> gruSequence(Sizes.wide(d))).notDifferentiated(),
                OpSample.of(d -> gruGradient(new Sizes(d, false))),
                OpSample.of("wide", d -> gruGradient(Sizes.wide(d))).notDifferentiated(),
                OpSample.of(d -> rnnSequence(new Sizes(d, false))),
                OpSample.of("wide", d -> rnnSequence(Sizes.wide(d))).notDifferentiated(),
                OpSample.of("rectified", d -> rectified(Sizes.wide(d))).notDifferentiated(),
                OpSample.of(d -> rnnGradient(new Sizes(d, false))),
                OpSample.of("wide", d -> rnnGradient(Sizes.wide(d))).notDifferentiated());
    }

    /** Steps, batch, inputs and units, and operands of such lengths. */
    private record Sizes(
            Draw draw, int steps, int batch, int inputs, int units, boolean isConstant) {
        private Sizes(Draw d, boolean isConstant) {
            this(d, d.number(1, 3), d.number(1, 2), d.number(1, 2), d.number(1, 2), isConstant);
        }

        /** Long enough for vectors with a rest, and for whole blocks of rows. */
        private static Sizes wide(Draw d) {
            return new Sizes(d, d.number(1, 4), d.number(1, 9), 1, d.number(3, 40), false);
        }

        private Tensor real(int... dims) {
            return draw.real(dims);
        }

        private Tensor sequence(int width) {
            return real(steps, batch, width);
        }

        private Tensor state(int width) {
            return real(batch, width);
        }

        /** Gates and states lie between 0 and 1, as those of functions do. */
        private Tensor share(int... dims) {
            return draw.between(0.05, 0.95, Shape.shape(dims));
        }

        private Tensor weight(int... dims) {
            if (!isConstant) {
                // So that sums of many stay where functions bend.
                return draw.between(-0.5, 0.5, Shape.shape(dims));
            }
            Shape shape = Shape.shape(dims);
            double[] numbers = new double[shape.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = draw.fraction(-1, 1);
            }
            return Tensor.constant(NDArray.of(numbers, TensorType.float32(shape)));
        }

        private List<Tensor> perhaps(int... dims) {
            return draw.flag() ? List.of(weight(dims)) : List.of();
        }

        private Direction direction() {
            return draw.flag() ? Direction.FORWARD : Direction.REVERSE;
        }

        private Nonlinearity sigmoid() {
            return isUsual() ? Nonlinearity.SIGMOID : Nonlinearity.TANH;
        }

        private Nonlinearity tanh() {
            return isUsual() ? Nonlinearity.TANH : Nonlinearity.SIGMOID;
        }

        private Nonlinearity last() {
            return isUsual() ? Nonlinearity.TANH : Nonlinearity.LINEAR;
        }

        private boolean isUsual() {
            return units > 2 || draw.flag();
        }
    }

    private static Recurrent lstm(Sizes s) {
        boolean isBoth = s.draw().number(0, 2) == 0;
        int rows = 4 * s.units();
        int states = isBoth ? 2 * s.units() : s.units();
        var bias = s.perhaps(rows);
        var more = new ArrayList<List<Tensor>>();
        if (isBoth) {
            more.add(List.of(s.weight(rows, s.inputs())));
            more.add(List.of(s.weight(rows, s.units())));
        }
        return new LstmRecurrence.Lstm(
                s.sequence(s.inputs()),
                s.state(states),
                s.state(states),
                s.weight(rows, s.inputs()),
                s.weight(rows, s.units()),
                bias,
                isBoth ? more.get(0) : List.of(),
                isBoth ? more.get(1) : List.of(),
                isBoth ? s.perhaps(rows) : List.of(),
                isBoth ? Direction.BIDIRECTIONAL : s.direction(),
                s.draw().flag(),
                s.sigmoid(),
                s.tanh(),
                s.last());
    }

    private static Recurrent gru(Sizes s) {
        int rows = 3 * s.units();
        return new GruRecurrence.Gru(
                s.sequence(s.inputs()),
                s.state(s.units()),
                s.weight(rows, s.inputs()),
                s.weight(rows, s.units()),
                s.perhaps(rows),
                s.direction(),
                s.draw().flag(),
                s.sigmoid(),
                s.tanh(),
                s.draw().flag(),
                s.perhaps(rows));
    }

    private static Recurrent rnn(Sizes s) {
        return new RnnRecurrence.Rnn(
                s.sequence(s.inputs()),
                s.state(s.units()),
                s.weight(s.units(), s.inputs()),
                s.weight(s.units(), s.units()),
                s.perhaps(s.units()),
                s.direction(),
                s.draw().flag(),
                s.last());
    }

    private static Recurrent lstmSequence(Sizes s) {
        return new LstmRecurrence.LstmSequence(
                s.sequence(4 * s.units()),
                s.state(s.units()),
                s.state(s.units()),
                s.weight(4 * s.units(), s.units()),
                s.draw().flag(),
                s.sigmoid(),
                s.tanh(),
                s.last());
    }

    private static Recurrent lstmGradient(Sizes s) {
        var ofCells = s.draw().flag() ? List.of(s.sequence(s.units())) : List.<Tensor>of();
        return new LstmRecurrence.LstmSequenceGradient(
                s.share(s.steps(), s.batch(), 4 * s.units()),
                s.sequence(s.units()),
                s.state(s.units()),
                s.weight(4 * s.units(), s.units()),
                s.sequence(s.units()),
                ofCells,
                s.draw().flag(),
                s.sigmoid(),
                s.tanh(),
                s.last());
    }

    private static Recurrent gruSequence(Sizes s) {
        return new GruRecurrence.GruSequence(
                s.sequence(3 * s.units()),
                s.state(s.units()),
                s.weight(3 * s.units(), s.units()),
                s.perhaps(3 * s.units()),
                s.draw().flag(),
                s.sigmoid(),
                s.tanh());
    }

    private static Recurrent gruGradient(Sizes s) {
        return new GruRecurrence.GruSequenceGradient(
                s.sequence(s.units()),
                s.share(s.steps(), s.batch(), 3 * s.units()),
                s.sequence(s.units()),
                s.state(s.units()),
                s.weight(3 * s.units(), s.units()),
                s.sequence(s.units()),
                s.draw().flag(),
                s.sigmoid(),
                s.tanh());
    }

    private static Recurrent rnnSequence(Sizes s) {
        return sequence(s, s.last());
    }

    private static Recurrent rectified(Sizes s) {
        return sequence(s, Nonlinearity.RELU);
    }

    private static Recurrent sequence(Sizes s, Nonlinearity activation) {
        return new RnnRecurrence.RnnSequence(
                s.sequence(s.units()),
                s.state(s.units()),
                s.weight(s.units(), s.units()),
                s.draw().flag(),
                activation);
    }

    private static Recurrent rnnGradient(Sizes s) {
        return new RnnRecurrence.RnnSequenceGradient(
                s.share(s.steps(), s.batch(), s.units()),
                s.weight(s.units(), s.units()),
                s.sequence(s.units()),
                s.draw().flag(),
                s.last());
    }
}
