package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

/** Plain recurrent networks, hₜ = f(W·xₜ + R·hₜ₋₁ + b) (Elman, 1990). */
public sealed interface RnnRecurrence extends Recurrent {
    /**
     * The plain recurrent network. The results are those of all steps, or of the last alone, and
     * the last one [b, H]. Core ML takes weights as constants only.
     *
     * @param x [s, b, I]
     * @param initialH the state before the first step, [b, H]
     * @param weightIh W, [H, I]
     * @param weightHh R, [H, H]
     * @param bias b, [H], or none
     * @param direction forward or reverse
     * @param outputSequence whether the first result is of all steps
     * @param activation f
     */
    record Rnn(
            Tensor x,
            Tensor initialH,
            Tensor weightIh,
            Tensor weightHh,
            List<Tensor> bias,
            Direction direction,
            boolean outputSequence,
            Nonlinearity activation)
            implements RnnRecurrence {
        @Override
        public TensorType infer() {
            return inferAll().getFirst();
        }

        @Override
        public List<TensorType> inferAll() {
            int units = Recurrent.units(this, weightHh, 1);
            Recurrent.requireSequence(this, x, weightIh.dim(-1), "x");
            Recurrent.require(this, x, weightIh, units, x.dim(2));
            Recurrent.require(this, x, weightHh, units, units);
            Recurrent.require(this, x, initialH, x.dim(1), units);
            Recurrent.requireOne(this, x, bias, units);
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
            double[] y = Steps.projected(e, x, weightIh, bias);
            run(steps(), y, e.of(initialH), e.of(weightHh), weightHh, x.dim(1), activation);
            double[] last = e.result(1);
            System.arraycopy(y, steps().last() * last.length, last, 0, last.length);
            System.arraycopy(outputSequence ? y : last, 0, e.result(0), 0, e.result(0).length);
        }

        @Override
        public List<Tensor> decompose() {
            Tensor in = Steps.projected(x, weightIh, bias);
            var op = new RnnSequence(in, initialH, weightHh, steps().reverse(), activation);
            Tensor y = Tensor.of(op);
            Tensor last = Steps.step(y, steps().last());
            return List.of(outputSequence ? y : Steps.joined(last), last);
        }
    }

    /** Goes through the steps; y holds W·x + b before and h afterwards. */
    private static void run(
            Steps steps,
            double[] y,
            double[] initial,
            double[] weights,
            Tensor weight,
            int batch,
            Nonlinearity activation) {
        for (int i = 0; i < steps.count(); i++) {
            int at = steps.at(i) * initial.length;
            int before = i == 0 ? 0 : steps.at(i - 1) * initial.length;
            Steps.addProduct(i == 0 ? initial : y, before, weights, y, at, batch, weight);
            for (int k = at; k < at + initial.length; k++) {
                y[k] = activation.of(y[k]);
            }
        }
    }

    /**
     * The steps of a plain recurrent network after the product of its inputs.
     *
     * @param x W·x + b of each step, [s, b, H]
     * @param initialH the state before the first step, [b, H]
     * @param weightHh R, [H, H]
     * @param reverse whether the last step is taken first
     * @param activation f
     */
    record RnnSequence(
            Tensor x, Tensor initialH, Tensor weightHh, boolean reverse, Nonlinearity activation)
            implements RnnRecurrence, DecomposedForMil {
        @Override
        public TensorType infer() {
            int units = Recurrent.units(this, weightHh, 1);
            Recurrent.requireSequence(this, x, units, "x");
            Recurrent.require(this, x, weightHh, units, units);
            Recurrent.require(this, x, initialH, x.dim(1), units);
            return x.type();
        }

        private Steps steps() {
            return new Steps(x.dim(0), reverse);
        }

        @Override
        public void vjp(Adjoint a) {
            var back =
                    new Lazy<>(() ->
                            Operation.of(
                                    new RnnSequenceGradient(
                                            a.result(),
                                            weightHh,
                                            a.gradient(),
                                            reverse,
                                            activation)));
            a.accumulate(x, () -> back.value().result(0));
            a.accumulate(initialH, () -> back.value().result(1));
            a.accumulate(
                    weightHh,
                    () ->
                            Steps.ofWeights(
                                    back.value().result(0), steps().before(initialH, a.result())));
        }

        @Override
        public void evaluate(Evaluation e) {
            double[] y = e.result();
            System.arraycopy(e.of(x), 0, y, 0, y.length);
            run(steps(), y, e.of(initialH), e.of(weightHh), weightHh, x.dim(1), activation);
        }

        @Override
        public List<Tensor> decompose() {
            var in = steps().of(x);
            var out = new Tensor[steps().count()];
            Tensor h = initialH;
            for (int i = 0; i < out.length; i++) {
                int at = steps().at(i);
                h = activation.of(in.get(at).add(Steps.product(h, weightHh)));
                out[at] = h;
            }
            return List.of(Steps.joined(out));
        }
    }

    /**
     * The gradients of {@link RnnSequence} by W·x + b of each step and by the state before.
     *
     * @param y the results, [s, b, H]
     * @param weightHh R, [H, H]
     * @param gradient the gradient of the results, [s, b, H]
     * @param reverse whether the last step was taken first
     * @param activation f
     */
    record RnnSequenceGradient(
            Tensor y, Tensor weightHh, Tensor gradient, boolean reverse, Nonlinearity activation)
            implements RnnRecurrence, DecomposedForMil {
        @Override
        public TensorType infer() {
            int units = Recurrent.units(this, weightHh, 1);
            Recurrent.requireSequence(this, y, units, "y");
            Recurrent.require(this, y, weightHh, units, units);
            Recurrent.require(this, y, gradient, y.shape().toArray());
            return y.type();
        }

        @Override
        public List<TensorType> inferAll() {
            TensorType type = infer();
            return List.of(type, type.with(Shape.shape(y.dim(1), y.dim(2))));
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
            double[] states = e.of(y);
            double[] g = e.of(gradient);
            double[] out = e.result(0);
            double[] carry = new double[e.result(1).length];
            for (int i = steps().count() - 1; i >= 0; i--) {
                int at = steps().at(i) * carry.length;
                for (int k = 0; k < carry.length; k++) {
                    out[at + k] = (g[at + k] + carry[k]) * activation.slope(states[at + k]);
                    carry[k] = 0;
                }
                Steps.addBack(out, at, e.of(weightHh), carry, 0, y.dim(1), weightHh);
            }
            System.arraycopy(carry, 0, e.result(1), 0, carry.length);
        }

        @Override
        public List<Tensor> decompose() {
            var states = steps().of(y);
            var gradients = steps().of(gradient);
            var out = new Tensor[steps().count()];
            Tensor carry = Tensor.zeros(states.getFirst().type());
            for (int i = out.length - 1; i >= 0; i--) {
                int at = steps().at(i);
                out[at] = activation.back(gradients.get(at).add(carry), states.get(at));
                carry = out[at].matmul(weightHh);
            }
            return List.of(Steps.joined(out), carry);
        }
    }
}
