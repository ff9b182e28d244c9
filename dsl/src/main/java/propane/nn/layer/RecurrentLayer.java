package propane.nn.layer;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.spi.Preconditions;
import propane.spi.op.Recurrent.Direction;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Recurrent networks over sequences [n, length, width]: {@link Layers#lstm}, {@link Layers#gru},
 * {@link Layers#rnn}. The output is the state after the last element, [n, units], or with {@link
 * #returnSequences()} those of all, [n, length, units]; of both directions twice as wide, the
 * forward one first. Weights have PyTorch's names, shapes and order of gates, {@code weight_ih_l0},
 * {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0}, those of the reverse direction with
 * {@code _reverse} at the end, and start spread evenly within ±1 / √units.
 *
 * {@snippet :
 * var digits = Dataset.csv(Path.of("data/digits.csv"), "label")
 *         .scale(1 / 16.0).reshape(8, 8).take(64);
 * var body = sequential(lstm(16).numLayers(2).bidirectional().dropout(0.2), dense(10));
 * var model = model(input(8, 8), body);
 * var training = training(model).loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2)).batch(32).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(digits, epochs(3));
 *     System.out.println(trainer.evaluate(digits));
 * }
 * }
 */
public final class RecurrentLayer implements Layer {
    private final Cell cell;
    private final int units;
    private final Form form;

    /**
     * What can be chosen of any cell.
     *
     * @param layers how many networks stand on one another
     * @param direction in which order steps are taken
     * @param isSequence whether the output is of all steps
     * @param dropout the share dropped between two networks in training
     * @param initial states before the first step: none, or those of the cell
     */
    private record Form(
            int layers,
            Direction direction,
            boolean isSequence,
            double dropout,
            List<Tensor> initial) {}

    private RecurrentLayer(Cell cell, int units, Form form) {
        this.cell = cell;
        this.units = units;
        this.form = form;
    }

    static RecurrentLayer of(Cell cell, int units) {
        Preconditions.atLeast(1, cell.kind() + ": the number of units", units);
        return new RecurrentLayer(cell, units, new Form(1, Direction.FORWARD, false, 0, List.of()));
    }

    private RecurrentLayer with(
            int layers,
            Direction direction,
            boolean isSequence,
            double dropout,
            List<Tensor> initial) {
        var other = new Form(layers, direction, isSequence, dropout, List.copyOf(initial));
        return new RecurrentLayer(cell, units, other);
    }

    /**
     * Returns this layer as several networks, each over the sequence that the one below makes.
     *
     * @throws PropaneException if the number is below 1
     */
    public RecurrentLayer numLayers(int count) {
        Preconditions.atLeast(1, kind() + ": the number of layers", count);
        return with(count, form.direction, form.isSequence, form.dropout, form.initial);
    }

    /** Returns this layer with a second network that goes from the last element to the first. */
    public RecurrentLayer bidirectional() {
        return with(
                form.layers, Direction.BIDIRECTIONAL, form.isSequence, form.dropout, form.initial);
    }

    /** Returns this layer going from the last element to the first. */
    public RecurrentLayer reversed() {
        return with(form.layers, Direction.REVERSE, form.isSequence, form.dropout, form.initial);
    }

    /** Returns this layer with an output for each element. */
    public RecurrentLayer returnSequences() {
        return with(form.layers, form.direction, true, form.dropout, form.initial);
    }

    /**
     * Returns this layer with a share of what goes from one network to the next dropped in
     * training.
     *
     * @throws PropaneException if the share is not from 0 up to but not including 1
     */
    public RecurrentLayer dropout(double rate) {
        double checked = new Dropout(rate, false).rate();
        return with(form.layers, form.direction, form.isSequence, checked, form.initial);
    }

    /**
     * Returns this layer beginning with other states than zeros.
     *
     * @param states h, and of {@code lstm} c after it, each [networks, n, units]; a network in both
     *     directions is two, one after the other
     * @throws PropaneException if they are not as many as the cell has
     */
    public RecurrentLayer initialState(Tensor... states) {
        if (states.length != cell.states()) {
            throw new PropaneException(
                    Problem.ofRule(
                                    kind()
                                            + ": has "
                                            + cell.states()
                                            + " states, got "
                                            + states.length)
                            .operand("states", List.of(states)));
        }
        return with(form.layers, form.direction, form.isSequence, form.dropout, List.of(states));
    }

    @Override
    public String kind() {
        return cell.kind();
    }

    @Override
    public Tensor apply(Scope scope, Tensor x) {
        if (x.rank() != 3 || x.dim(1) < 1) {
            throw LayerRule.shape(
                    kind(),
                    "needs [n, length, width], got " + x.shape(),
                    x,
                    "make sequences, for example with embedding(…), reshape(length, width), or"
                            + " returnSequences() of the recurrent layer below");
        }
        Tensor steps = x.transpose(1, 0, 2);
        for (int layer = 0; layer < form.layers; layer++) {
            boolean isLast = layer == form.layers - 1;
            if (layer > 0) {
                steps = new Dropout(form.dropout, false).apply(scope, steps);
            }
            steps = network(scope, steps, layer, !isLast || form.isSequence);
        }
        return form.isSequence ? steps.transpose(1, 0, 2) : steps.reshape(x.dim(0), -1);
    }

    private Tensor network(Scope scope, Tensor steps, int layer, boolean whole) {
        var sweeps = new ArrayList<Cell.Sweep>();
        int directions = form.direction == Direction.BIDIRECTIONAL ? 2 : 1;
        for (int sweep = 0; sweep < directions; sweep++) {
            int index = layer * directions + sweep;
            boolean isReverse = sweep == 1 || form.direction == Direction.REVERSE;
            // A network in reverse only is no second one.
            String suffix = "_l" + layer + (sweep == 1 ? "_reverse" : "");
            sweeps.add(sweep(scope, suffix, steps, index, isReverse));
        }
        return cell.results(steps, sweeps, whole, scope.training());
    }

    private Cell.Sweep sweep(
            Scope scope, String suffix, Tensor steps, int index, boolean isReverse) {
        int rows = cell.gates() * units;
        Initializer initializer = Initializers.uniform(1 / Math.sqrt(units));
        var states = new ArrayList<Tensor>();
        for (int state = 0; state < cell.states(); state++) {
            states.add(initialState(state, index, steps));
        }
        return new Cell.Sweep(
                cell.ordered(
                        scope.weight(
                                "weight_ih" + suffix,
                                Shape.shape(rows, steps.dim(2)),
                                initializer)),
                cell.ordered(
                        scope.weight("weight_hh" + suffix, Shape.shape(rows, units), initializer)),
                cell.ordered(scope.weight("bias_ih" + suffix, Shape.shape(rows), initializer)),
                cell.ordered(scope.weight("bias_hh" + suffix, Shape.shape(rows), initializer)),
                states,
                isReverse);
    }

    private Tensor initialState(int state, int index, Tensor steps) {
        int batch = steps.dim(1);
        if (form.initial.isEmpty()) {
            var type = new TensorType(steps.dtype(), Shape.shape(batch, units));
            return Tensor.zeros(type);
        }
        Tensor all = form.initial.get(state);
        int networks = form.layers * (form.direction == Direction.BIDIRECTIONAL ? 2 : 1);
        if (!all.shape().equals(Shape.shape(networks, batch, units))) {
            throw LayerRule.shape(
                    kind(),
                    "states must be " + Shape.shape(networks, batch, units),
                    all,
                    "give one state for each network");
        }
        return all.slice(0, index, index + 1).reshape(batch, units);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecurrentLayer that
                && cell == that.cell
                && units == that.units
                && form.equals(that.form);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * cell.hashCode() + units) + form.hashCode();
    }

    /** Returns what it is made of, for example {@code lstm(48 units, bidirectional)}. */
    @Override
    public String toString() {
        var text = new StringBuilder(kind()).append('(').append(units);
        text.append(units == 1 ? " unit" : " units");
        text.append(form.layers == 1 ? "" : ", " + form.layers + " layers");
        text.append(
                form.direction == Direction.FORWARD
                        ? ""
                        : ", " + form.direction.name().toLowerCase(Locale.ROOT));
        text.append(form.isSequence ? ", all steps" : "");
        text.append(form.dropout == 0 ? "" : ", dropout " + form.dropout);
        return text.append(form.initial.isEmpty() ? "" : ", from given states")
                .append(')')
                .toString();
    }
}
