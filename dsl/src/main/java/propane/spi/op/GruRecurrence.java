package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/**
 * Gated recurrent units (Cho et al., 2014): reset and update gates r, z = f(W·xₜ + R·hₜ₋₁ + b), a
 * new state o, and hₜ = (1 − z)·o + z·hₜ₋₁. Rows of weights are in MIL's order r, o, z.
 */
public sealed interface GruRecurrence extends Recurrent {
    /** How many gates there are. */
    int GATES = 3;

    /** Returns f, of the gates r and z. */
    Nonlinearity recurrentActivation();

    /** Returns g, of the new state. */
    Nonlinearity activation();

    /**
     * Gated recurrent units. The results are h of all steps, or of the last alone, and of the last
     * step [b, H]. The new state is g(W·x + r·(R·h + b) + input bias) where the reset comes after
     * the product, as in PyTorch, else g(W·x + R·(r·h) + b + input bias). Core ML takes weights as
     * constants only.
     *
     * @param x [s, b, I]
     * @param initialH h before the first step, [b, H]
     * @param weightIh W, [3H, I]
     * @param weightHh R, [3H, H]
     * @param bias b, [3H], or none
     * @param direction forward or reverse
     * @param outputSequence whether the first result is of all steps
     * @param recurrentActivation f
     * @param activation g
     * @param resetAfter whether the reset comes after the product
     * @param inputBias added to W·x, [3H], or none
     */
    record Gru(
            Tensor x,
            Tensor initialH,
            Tensor weightIh,
            Tensor weightHh,
            List<Tensor> bias,
            Direction direction,
            boolean outputSequence,
            Nonlinearity recurrentActivation,
            Nonlinearity activation,
            boolean resetAfter,
            List<Tensor> inputBias)
            implements GruRecurrence {
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
            Recurrent.require(this, x, initialH, x.dim(1), units);
            Recurrent.requireOne(this, x, bias, GATES * units);
            Recurrent.requireOne(this, x, inputBias, GATES * units);
            if (direction == Direction.BIDIRECTIONAL) {
                throw OpRule.shape(
                        this, "has weights for one direction", "make two, and join their results");
            }
            Shape all = x.shape().with(2, units);
            return List.of(x.type().with(outputSequence ? all : all.with(0, 1)), initialH.type());
        }

        private Steps steps() {
            return new Steps(x.dim(0), direction == Direction.REVERSE);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] gates = Steps.projected(e, x, weightIh, inputBias);
            double[] y = new double[x.dim(0) * e.result(1).length];
            run(this, e, steps(), gates, new double[y.length], y);
            double[] last = e.result(1);
            System.arraycopy(y, steps().last() * last.length, last, 0, last.length);
            System.arraycopy(outputSequence ? y : last, 0, e.result(0), 0, e.result(0).length);
        }

        @Override
        public List<Tensor> decompose() {
            Tensor in = Steps.projected(x, weightIh, inputBias);
            Tensor y =
                    resetAfter
                            ? Operation.of(
                                            new GruSequence(
                                                    in,
                                                    initialH,
                                                    weightHh,
                                                    bias,
                                                    steps().reverse(),
                                                    recurrentActivation,
                                                    activation))
                                    .result(0)
                            : resetBefore(in);
            Tensor last = Steps.step(y, steps().last());
            return List.of(outputSequence ? y : Steps.joined(last), last);
        }

        /** Step by step: a form of programs by others, which is not worth an op of its own. */
        private Tensor resetBefore(Tensor in) {
            int units = weightHh.dim(1);
            Tensor sums = in;
            for (Tensor each : bias) {
                sums = sums.add(each);
            }
            var steps = steps().of(sums);
            var weights = weightHh.split(0, units, units, units);
            Tensor gateWeights = Tensor.concat(0, List.of(weights.get(0), weights.get(2)));
            var y = new Tensor[steps().count()];
            Tensor h = initialH;
            for (int i = 0; i < y.length; i++) {
                int at = steps().at(i);
                var each = steps.get(at).split(1, units, units, units);
                var both = Steps.product(h, gateWeights).split(1, units, units);
                Tensor r = recurrentActivation.of(each.get(0).add(both.get(0)));
                Tensor z = recurrentActivation.of(each.get(2).add(both.get(1)));
                Tensor product = Steps.product(r.mul(h), weights.get(1));
                Tensor o = activation.of(each.get(1).add(product));
                h = o.add(z.mul(h.sub(o)));
                y[at] = h;
            }
            return Steps.joined(y);
        }
    }

    /** Returns the operand h before the first step. */
    Tensor initialH();

    /** Returns the operand R. */
    Tensor weightHh();

    /** Goes through the steps; gates hold W·x before and r, o, z afterwards. */
    private static void run(
            GruRecurrence op,
            Evaluation e,
            Steps steps,
            double[] gates,
            double[] hidden,
            double[] y) {
        boolean after = !(op instanceof Gru gru) || gru.resetAfter();
        List<Tensor> bias =
                switch (op) {
                    case Gru gru -> gru.bias();
                    case GruSequence sequence -> sequence.bias();
                    case GruSequenceGradient _ -> List.of();
                };
        int units = op.weightHh().dim(1);
        double[] weights = e.of(op.weightHh());
        double[] initial = e.of(op.initialH());
        double[] sums = new double[initial.length * GATES];
        double[] reset = new double[units];
        for (int i = 0; i < steps.count(); i++) {
            int at = steps.at(i) * initial.length;
            int before = i == 0 ? 0 : steps.at(i - 1) * initial.length;
            double[] h = i == 0 ? initial : y;
            for (int k = 0; k < sums.length; k++) {
                sums[k] = bias.isEmpty() ? 0 : e.of(bias.getFirst())[k % (GATES * units)];
            }
            int rows = initial.length / units;
            Steps.addProduct(h, before, weights, sums, 0, rows, op.weightHh());
            for (int row = 0; row < rows; row++) {
                int s = row * units * GATES;
                int g = at * GATES + s;
                int to = at + row * units;
                int from = before + row * units;
                for (int k = 0; k < units; k++) {
                    gates[g + k] = op.recurrentActivation().of(gates[g + k] + sums[s + k]);
                    reset[k] = gates[g + k] * h[from + k];
                }
                for (int k = 0; k < units; k++) {
                    int o = g + units + k;
                    int z = o + units;
                    gates[z] = op.recurrentActivation().of(gates[z] + sums[s + 2 * units + k]);
                    hidden[to + k] = sums[s + units + k];
                    double recurrent = gates[g + k] * hidden[to + k];
                    if (!after) {
                        recurrent = bias.isEmpty() ? 0 : e.of(bias.getFirst())[units + k];
                        for (int n = 0; n < units; n++) {
                            recurrent += weights[(units + k) * units + n] * reset[n];
                        }
                    }
                    gates[o] = op.activation().of(gates[o] + recurrent);
                    y[to + k] = (1 - gates[z]) * gates[o] + gates[z] * h[from + k];
                }
            }
        }
    }

    /**
     * The steps of gated recurrent units after the product of their inputs, the reset after the
     * product. The results are h of all steps, their gates r, o, z, and R·h + b of the new state,
     * which gradients are made of.
     *
     * @param x W·x + input bias of each step, [s, b, 3H]
     * @param initialH h before the first step, [b, H]
     * @param weightHh R, [3H, H]
     * @param bias b, [3H], or none
     * @param reverse whether the last step is taken first
     * @param recurrentActivation f
     * @param activation g
     */
    record GruSequence(
            Tensor x,
            Tensor initialH,
            Tensor weightHh,
            List<Tensor> bias,
            boolean reverse,
            Nonlinearity recurrentActivation,
            Nonlinearity activation)
            implements GruRecurrence, DecomposedForMil {
        @Override
        public TensorType infer() {
            int units = Recurrent.units(this, weightHh, GATES);
            Recurrent.requireSequence(this, x, GATES * units, "x");
            Recurrent.require(this, x, weightHh, GATES * units, units);
            Recurrent.require(this, x, initialH, x.dim(1), units);
            Recurrent.requireOne(this, x, bias, GATES * units);
            return x.type().with(x.shape().with(2, units));
        }

        @Override
        public List<TensorType> inferAll() {
            TensorType type = infer();
            return List.of(type, x.type(), type);
        }

        private Steps steps() {
            return new Steps(x.dim(0), reverse);
        }

        @Override
        public void vjp(Adjoint a) {
            if (!Steps.unlessZero(a.gradient(1)).isEmpty()
                    || !Steps.unlessZero(a.gradient(2)).isEmpty()) {
                // Gradients of gradients only.
                a.pullback(this);
                return;
            }
            var back =
                    new Lazy<>(() ->
                            Operation.of(
                                    new GruSequenceGradient(
                                            a.result(0),
                                            a.result(1),
                                            a.result(2),
                                            initialH,
                                            weightHh,
                                            a.gradient(0),
                                            reverse,
                                            recurrentActivation,
                                            activation)));
            a.accumulate(x, () -> back.value().result(0));
            a.accumulate(initialH, () -> back.value().result(2));
            bias.forEach(each -> a.accumulate(each, () -> back.value().result(1).sum(0, 1)));
            a.accumulate(
                    weightHh,
                    () ->
                            Steps.ofWeights(
                                    back.value().result(1), steps().before(initialH, a.result(0))));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] gates = e.result(1);
            System.arraycopy(e.of(x), 0, gates, 0, gates.length);
            run(this, e, steps(), gates, e.result(2), e.result(0));
        }

        @Override
        public List<Tensor> decompose() {
            int units = weightHh.dim(1);
            var in = steps().of(x);
            var y = new Tensor[steps().count()];
            var gates = new Tensor[y.length];
            var hidden = new Tensor[y.length];
            Tensor h = initialH;
            for (int i = 0; i < y.length; i++) {
                int at = steps().at(i);
                Tensor product = Steps.product(h, weightHh);
                for (Tensor each : bias) {
                    product = product.add(each);
                }
                var sums = in.get(at).split(1, units, units, units);
                var own = product.split(1, units, units, units);
                Tensor r = recurrentActivation.of(sums.get(0).add(own.get(0)));
                Tensor z = recurrentActivation.of(sums.get(2).add(own.get(2)));
                Tensor o = activation.of(sums.get(1).add(r.mul(own.get(1))));
                h = o.add(z.mul(h.sub(o)));
                y[at] = h;
                gates[at] = Tensor.concat(1, List.of(r, o, z));
                hidden[at] = own.get(1);
            }
            return List.of(Steps.joined(y), Steps.joined(gates), Steps.joined(hidden));
        }
    }

    /**
     * The gradients of {@link GruSequence} by W·x of each step, by R·h + b of each step, and by h
     * before.
     *
     * @param y h of each step, [s, b, H]
     * @param gates r, o, z of each step, [s, b, 3H]
     * @param hidden R·h + b of the new state of each step, [s, b, H]
     * @param initialH h before the first step, [b, H]
     * @param weightHh R, [3H, H]
     * @param gradient the gradient of h of each step, [s, b, H]
     * @param reverse whether the last step was taken first
     * @param recurrentActivation f
     * @param activation g
     */
    record GruSequenceGradient(
            Tensor y,
            Tensor gates,
            Tensor hidden,
            Tensor initialH,
            Tensor weightHh,
            Tensor gradient,
            boolean reverse,
            Nonlinearity recurrentActivation,
            Nonlinearity activation)
            implements GruRecurrence, DecomposedForMil {
        @Override
        public TensorType infer() {
            int units = Recurrent.units(this, weightHh, GATES);
            Recurrent.requireSequence(this, y, units, "y");
            Recurrent.require(this, y, gates, y.shape().with(2, GATES * units).toArray());
            Recurrent.require(this, y, hidden, y.shape().toArray());
            Recurrent.require(this, y, gradient, y.shape().toArray());
            Recurrent.require(this, y, initialH, y.dim(1), units);
            Recurrent.require(this, y, weightHh, GATES * units, units);
            return gates.type();
        }

        @Override
        public List<TensorType> inferAll() {
            return List.of(infer(), gates.type(), initialH.type());
        }

        private Steps steps() {
            return new Steps(y.dim(0), reverse);
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            int units = weightHh.dim(1);
            double[] states = e.of(y);
            double[] all = e.of(gates);
            double[] first = e.of(initialH);
            double[] ofInputs = e.result(0);
            double[] ofStates = e.result(1);
            double[] carry = new double[first.length];
            for (int i = steps().count() - 1; i >= 0; i--) {
                int at = steps().at(i) * carry.length;
                int before = i == 0 ? 0 : steps().at(i - 1) * carry.length;
                double[] h = i == 0 ? first : states;
                for (int k = 0; k < carry.length; k++) {
                    int to = (at + k / units * units) * GATES + k % units;
                    double r = all[to];
                    double o = all[to + units];
                    double z = all[to + 2 * units];
                    double g = e.of(gradient)[at + k] + carry[k];
                    double ofNew = g * (1 - z) * activation.slope(o);
                    ofInputs[to] = ofNew * e.of(hidden)[at + k] * recurrentActivation.slope(r);
                    ofInputs[to + units] = ofNew;
                    ofInputs[to + 2 * units] =
                            g * (h[before + k] - o) * recurrentActivation.slope(z);
                    ofStates[to] = ofInputs[to];
                    ofStates[to + units] = ofNew * r;
                    ofStates[to + 2 * units] = ofInputs[to + 2 * units];
                    carry[k] = g * z;
                }
                int rows = y.dim(1);
                Steps.addBack(ofStates, at * GATES, e.of(weightHh), carry, 0, rows, weightHh);
            }
            System.arraycopy(carry, 0, e.result(2), 0, carry.length);
        }

        @Override
        public List<Tensor> decompose() {
            int units = weightHh.dim(1);
            var states = steps().of(y);
            var all = steps().of(gates);
            var products = steps().of(hidden);
            var gradients = steps().of(gradient);
            var ofInputs = new Tensor[steps().count()];
            var ofStates = new Tensor[ofInputs.length];
            Tensor carry = Tensor.zeros(initialH.type());
            for (int i = ofInputs.length - 1; i >= 0; i--) {
                int at = steps().at(i);
                var each = all.get(at).split(1, units, units, units);
                Tensor r = each.get(0);
                Tensor o = each.get(1);
                Tensor z = each.get(2);
                Tensor h = i == 0 ? initialH : states.get(steps().at(i - 1));
                Tensor g = gradients.get(at).add(carry);
                Tensor kept = g.mul(z);
                Tensor ofNew = activation.back(g.sub(kept), o);
                Tensor ofReset = recurrentActivation.back(ofNew.mul(products.get(at)), r);
                Tensor ofUpdate = recurrentActivation.back(g.mul(h.sub(o)), z);
                ofInputs[at] = Tensor.concat(1, List.of(ofReset, ofNew, ofUpdate));
                ofStates[at] = Tensor.concat(1, List.of(ofReset, ofNew.mul(r), ofUpdate));
                carry = kept.add(ofStates[at].matmul(weightHh));
            }
            return List.of(Steps.joined(ofInputs), Steps.joined(ofStates), carry);
        }
    }
}
