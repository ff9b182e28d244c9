package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.List;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997; with the forget gate of Gers et al.,
 * 2000): gates i, f, o = r(W·xₜ + R·hₜ₋₁ + b), z = g(…), cells cₜ = f·cₜ₋₁ + i·z, hₜ = o·a(cₜ).
 * Rows of weights are in MIL's order i, f, o, z.
 */
public sealed interface LstmRecurrence extends Recurrent {
    /** How many gates there are. */
    int GATES = 4;

    /** Returns r, of the gates i, f and o. */
    Nonlinearity recurrentActivation();

    /** Returns g, of the gate z. */
    Nonlinearity cellActivation();

    /** Returns a, of the cells. */
    Nonlinearity activation();

    /**
     * Long short-term memory. The results are h of all steps, or of the last alone, and of the last
     * step h and c, [b, H]. Both directions have weights of their own and stand side by side in
     * states and results, the forward one first. Core ML takes weights as constants only.
     *
     * @param x [s, b, I]
     * @param initialH h before the first step, [b, H]; [b, 2H] of both directions
     * @param initialC c before the first step, likewise
     * @param weightIh W, [4H, I]
     * @param weightHh R, [4H, H]
     * @param bias b, [4H], or none
     * @param weightIhBack W of the reverse direction where there are both
     * @param weightHhBack R of the reverse direction
     * @param biasBack b of the reverse direction
     * @param direction which directions there are
     * @param outputSequence whether the first result is of all steps
     * @param recurrentActivation r
     * @param cellActivation g
     * @param activation a
     */
    record Lstm(
            Tensor x,
            Tensor initialH,
            Tensor initialC,
            Tensor weightIh,
            Tensor weightHh,
            List<Tensor> bias,
            List<Tensor> weightIhBack,
            List<Tensor> weightHhBack,
            List<Tensor> biasBack,
            Direction direction,
            boolean outputSequence,
            Nonlinearity recurrentActivation,
            Nonlinearity cellActivation,
            Nonlinearity activation)
            implements LstmRecurrence {
        private boolean isBoth() {
            return direction == Direction.BIDIRECTIONAL;
        }

        @Override
        public TensorType infer() {
            return inferAll().getFirst();
        }

        @Override
        public List<TensorType> inferAll() {
            int units = Recurrent.units(this, weightHh, GATES);
            Recurrent.requireSequence(this, x, weightIh.dim(-1), "x");
            Recurrent.require(this, x, weightIh, GATES * units, x.dim(2));
            Recurrent.require(this, x, weightHh, GATES * units, units);
            Recurrent.requireOne(this, x, bias, GATES * units);
            Recurrent.requireOne(this, x, weightIhBack, GATES * units, x.dim(2));
            Recurrent.requireOne(this, x, weightHhBack, GATES * units, units);
            Recurrent.requireOne(this, x, biasBack, GATES * units);
            if (isBoth() != (weightIhBack.size() == 1 && weightHhBack.size() == 1)) {
                throw OpRule.shape(
                        this,
                        "weights do not fit the direction " + direction.mil(),
                        "give weights of the reverse direction where there are both, only there");
            }
            int width = isBoth() ? 2 * units : units;
            Recurrent.require(this, x, initialH, x.dim(1), width);
            Recurrent.require(this, x, initialC, x.dim(1), width);
            Shape all = x.shape().with(2, width);
            return List.of(
                    x.type().with(outputSequence ? all : all.with(0, 1)),
                    initialH.type(),
                    initialC.type());
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        /** Of one direction: what of the states and results is its part, and its weights. */
        private record Sweep(
                Steps steps, int part, Tensor in, Tensor recurrent, List<Tensor> bias) {}

        private List<Sweep> sweeps() {
            int count = x.dim(0);
            var steps = new Steps(count, direction == Direction.REVERSE);
            var first = new Sweep(steps, 0, weightIh, weightHh, bias);
            return isBoth()
                    ? List.of(
                            first,
                            new Sweep(
                                    new Steps(count, true),
                                    1,
                                    weightIhBack.getFirst(),
                                    weightHhBack.getFirst(),
                                    biasBack))
                    : List.of(first);
        }

        @Override
        public void evaluate(Evaluation e) {
            int units = weightHh.dim(1);
            int size = x.dim(1) * units;
            for (Sweep sweep : sweeps()) {
                double[] gates = Steps.projected(e, x, sweep.in(), sweep.bias());
                double[] y = new double[x.dim(0) * size];
                double[] c = new double[y.length];
                double[] h0 = part(e.of(initialH), sweep.part());
                double[] c0 = part(e.of(initialC), sweep.part());
                run(
                        this,
                        sweep.steps(),
                        gates,
                        h0,
                        c0,
                        e.of(sweep.recurrent()),
                        sweep.recurrent(),
                        y,
                        c);
                int last = sweep.steps().last() * size;
                put(y, outputSequence ? 0 : last, e.result(0), sweep.part());
                put(y, last, e.result(1), sweep.part());
                put(c, last, e.result(2), sweep.part());
            }
        }

        /** Copies a direction's columns out of rows of both. */
        private double[] part(double[] states, int part) {
            int units = weightHh.dim(1);
            int width = initialH.dim(1);
            double[] own = new double[x.dim(1) * units];
            for (int i = 0; i < own.length; i++) {
                own[i] = states[i / units * width + part * units + i % units];
            }
            return own;
        }

        private void put(double[] from, int at, double[] to, int part) {
            int units = weightHh.dim(1);
            int width = initialH.dim(1);
            for (int i = 0; i < to.length / width * units; i++) {
                to[i / units * width + part * units + i % units] = from[at + i];
            }
        }

        @Override
        public List<Tensor> decompose() {
            int units = weightHh.dim(1);
            var results =
                    List.<List<Tensor>>of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (Sweep sweep : sweeps()) {
                int from = sweep.part() * units;
                Tensor h0 = isBoth() ? initialH.slice(1, from, from + units) : initialH;
                Tensor c0 = isBoth() ? initialC.slice(1, from, from + units) : initialC;
                Tensor in = Steps.projected(x, sweep.in(), sweep.bias());
                var sequence =
                        Operation.of(
                                new LstmSequence(
                                        in,
                                        h0,
                                        c0,
                                        sweep.recurrent(),
                                        sweep.steps().reverse(),
                                        recurrentActivation,
                                        cellActivation,
                                        activation));
                Tensor y = sequence.result(0);
                Tensor last = Steps.step(y, sweep.steps().last());
                results.get(0).add(outputSequence ? y : Steps.joined(last));
                results.get(1).add(last);
                results.get(2).add(Steps.step(sequence.result(1), sweep.steps().last()));
            }
            return results.stream()
                    .map(each -> isBoth() ? Tensor.concat(-1, each) : each.getFirst())
                    .toList();
        }
    }

    /** Goes through the steps; gates hold W·x + b before and their values afterwards. */
    private static void run(
            LstmRecurrence op,
            Steps steps,
            double[] gates,
            double[] initialH,
            double[] initialC,
            double[] weights,
            Tensor weight,
            double[] y,
            double[] c) {
        int units = weight.dim(1);
        int size = initialH.length;
        for (int i = 0; i < steps.count(); i++) {
            int at = steps.at(i) * size;
            int before = i == 0 ? 0 : steps.at(i - 1) * size;
            double[] h = i == 0 ? initialH : y;
            double[] cells = i == 0 ? initialC : c;
            Steps.addProduct(h, before, weights, gates, at * GATES, size / units, weight);
            for (int k = 0; k < size; k++) {
                int g = (at + k / units * units) * GATES + k % units;
                for (int gate = 0; gate < GATES; gate++) {
                    var bend = gate < 3 ? op.recurrentActivation() : op.cellActivation();
                    gates[g + gate * units] = bend.of(gates[g + gate * units]);
                }
                c[at + k] = gates[g + units] * cells[before + k] + gates[g] * gates[g + 3 * units];
                y[at + k] = gates[g + 2 * units] * op.activation().of(c[at + k]);
            }
        }
    }

    /**
     * The steps of long short-term memory after the product of its inputs. The results are h and c
     * of all steps, and their gates, which gradients are made of.
     *
     * @param x W·x + b of each step, [s, b, 4H]
     * @param initialH h before the first step, [b, H]
     * @param initialC c before the first step, [b, H]
     * @param weightHh R, [4H, H]
     * @param reverse whether the last step is taken first
     * @param recurrentActivation r
     * @param cellActivation g
     * @param activation a
     */
    record LstmSequence(
            Tensor x,
            Tensor initialH,
            Tensor initialC,
            Tensor weightHh,
            boolean reverse,
            Nonlinearity recurrentActivation,
            Nonlinearity cellActivation,
            Nonlinearity activation)
            implements LstmRecurrence, DecomposedForMil {
        @Override
        public TensorType infer() {
            int units = Recurrent.units(this, weightHh, GATES);
            Recurrent.requireSequence(this, x, GATES * units, "x");
            Recurrent.require(this, x, weightHh, GATES * units, units);
            Recurrent.require(this, x, initialH, x.dim(1), units);
            Recurrent.require(this, x, initialC, x.dim(1), units);
            return x.type().with(x.shape().with(2, units));
        }

        @Override
        public List<TensorType> inferAll() {
            TensorType type = infer();
            return List.of(type, type, x.type());
        }

        private Steps steps() {
            return new Steps(x.dim(0), reverse);
        }

        @Override
        public void vjp(Adjoint a) {
            if (!Steps.unlessZero(a.gradient(2)).isEmpty()) {
                // Gradients of gradients only.
                a.pullback(this);
                return;
            }
            var back =
                    new Lazy<>(() ->
                            Operation.of(
                                    new LstmSequenceGradient(
                                            a.result(2),
                                            a.result(1),
                                            initialC,
                                            weightHh,
                                            a.gradient(0),
                                            Steps.unlessZero(a.gradient(1)),
                                            reverse,
                                            recurrentActivation,
                                            cellActivation,
                                            activation)));
            a.accumulate(x, () -> back.value().result(0));
            a.accumulate(initialH, () -> back.value().result(1));
            a.accumulate(initialC, () -> back.value().result(2));
            a.accumulate(
                    weightHh,
                    () ->
                            Steps.ofWeights(
                                    back.value().result(0), steps().before(initialH, a.result(0))));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] gates = e.result(2);
            System.arraycopy(e.of(x), 0, gates, 0, gates.length);
            run(
                    this,
                    steps(),
                    gates,
                    e.of(initialH),
                    e.of(initialC),
                    e.of(weightHh),
                    weightHh,
                    e.result(0),
                    e.result(1));
        }

        @Override
        public List<Tensor> decompose() {
            int units = weightHh.dim(1);
            var in = steps().of(x);
            var y = new Tensor[steps().count()];
            var cells = new Tensor[y.length];
            var gates = new Tensor[y.length];
            Tensor h = initialH;
            Tensor c = initialC;
            for (int i = 0; i < y.length; i++) {
                int at = steps().at(i);
                Tensor sums = in.get(at).add(Steps.product(h, weightHh));
                Tensor three = recurrentActivation.of(sums.slice(1, 0, 3 * units));
                Tensor z = cellActivation.of(sums.slice(1, 3 * units, GATES * units));
                var each = three.split(1, units, units, units);
                c = each.get(1).mul(c).add(each.get(0).mul(z));
                h = each.get(2).mul(activation.of(c));
                y[at] = h;
                cells[at] = c;
                gates[at] = Tensor.concat(1, List.of(three, z));
            }
            return List.of(Steps.joined(y), Steps.joined(cells), Steps.joined(gates));
        }
    }

    /**
     * The gradients of {@link LstmSequence} by W·x + b of each step and by h and c before.
     *
     * @param gates i, f, o, z of each step, [s, b, 4H]
     * @param cells c of each step, [s, b, H]
     * @param initialC c before the first step, [b, H]
     * @param weightHh R, [4H, H]
     * @param gradient the gradient of h of each step, [s, b, H]
     * @param cellGradient the gradient of c of each step, [s, b, H], or none
     * @param reverse whether the last step was taken first
     * @param recurrentActivation r
     * @param cellActivation g
     * @param activation a
     */
    record LstmSequenceGradient(
            Tensor gates,
            Tensor cells,
            Tensor initialC,
            Tensor weightHh,
            Tensor gradient,
            List<Tensor> cellGradient,
            boolean reverse,
            Nonlinearity recurrentActivation,
            Nonlinearity cellActivation,
            Nonlinearity activation)
            implements LstmRecurrence, DecomposedForMil {
        @Override
        public TensorType infer() {
            int units = Recurrent.units(this, weightHh, GATES);
            Recurrent.requireSequence(this, gates, GATES * units, "gates");
            int[] dims = gates.shape().with(2, units).toArray();
            Recurrent.require(this, gates, cells, dims);
            Recurrent.require(this, gates, gradient, dims);
            Recurrent.requireOne(this, gates, cellGradient, dims);
            Recurrent.require(this, gates, initialC, gates.dim(1), units);
            Recurrent.require(this, gates, weightHh, GATES * units, units);
            return gates.type();
        }

        @Override
        public List<TensorType> inferAll() {
            return List.of(infer(), initialC.type(), initialC.type());
        }

        private Steps steps() {
            return new Steps(gates.dim(0), reverse);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            int units = weightHh.dim(1);
            double[] all = e.of(gates);
            double[] memory = e.of(cells);
            double[] first = e.of(initialC);
            double[] g = e.of(gradient);
            double[] out = e.result(0);
            double[] ofH = new double[first.length];
            double[] ofC = new double[first.length];
            for (int i = steps().count() - 1; i >= 0; i--) {
                int at = steps().at(i) * ofH.length;
                int before = i == 0 ? 0 : steps().at(i - 1) * ofH.length;
                double[] cellsBefore = i == 0 ? first : memory;
                for (int k = 0; k < ofH.length; k++) {
                    int to = (at + k / units * units) * GATES + k % units;
                    double in = all[to];
                    double forget = all[to + units];
                    double o = all[to + 2 * units];
                    double z = all[to + 3 * units];
                    double bent = activation.of(memory[at + k]);
                    double h = g[at + k] + ofH[k];
                    double c = ofC[k] + h * o * activation.slope(bent);
                    for (Tensor each : cellGradient) {
                        c += e.of(each)[at + k];
                    }
                    out[to] = c * z * recurrentActivation.slope(in);
                    out[to + units] =
                            c * cellsBefore[before + k] * recurrentActivation.slope(forget);
                    out[to + 2 * units] = h * bent * recurrentActivation.slope(o);
                    out[to + 3 * units] = c * in * cellActivation.slope(z);
                    ofC[k] = c * forget;
                    ofH[k] = 0;
                }
                int rows = gates.dim(1);
                Steps.addBack(out, at * GATES, e.of(weightHh), ofH, 0, rows, weightHh);
            }
            System.arraycopy(ofH, 0, e.result(1), 0, ofH.length);
            System.arraycopy(ofC, 0, e.result(2), 0, ofC.length);
        }

        @Override
        public List<Tensor> decompose() {
            int units = weightHh.dim(1);
            var values = steps().of(gates);
            var memory = steps().of(cells);
            var gradients = steps().of(gradient);
            var ofCells = cellGradient.stream().map(steps()::of).toList();
            var out = new Tensor[steps().count()];
            Tensor ofH = Tensor.zeros(initialC.type());
            Tensor ofC = ofH;
            for (int i = out.length - 1; i >= 0; i--) {
                int at = steps().at(i);
                var each = values.get(at).split(1, units, units, units, units);
                Tensor before = i == 0 ? initialC : memory.get(steps().at(i - 1));
                Tensor bent = activation.of(memory.get(at));
                Tensor h = gradients.get(at).add(ofH);
                Tensor c = ofC.add(activation.back(h.mul(each.get(2)), bent));
                for (List<Tensor> more : ofCells) {
                    c = c.add(more.get(at));
                }
                var three =
                        Tensor.concat(1, List.of(c.mul(each.get(3)), c.mul(before), h.mul(bent)));
                Tensor bends = values.get(at).slice(1, 0, 3 * units);
                Tensor z = cellActivation.back(c.mul(each.get(0)), each.get(3));
                out[at] = Tensor.concat(1, List.of(recurrentActivation.back(three, bends), z));
                ofC = c.mul(each.get(1));
                ofH = out[at].matmul(weightHh);
            }
            return List.of(Steps.joined(out), ofH, ofC);
        }
    }
}
