package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * Adafactor (Shazeer and Stern, 2018), in PyTorch's form: second moments of a matrix are kept as
 * the means of their rows and columns only, r and c, so that v = r·cᵀ / mean r; those of other
 * weights as they are. Their decay rate is 1 − t<sup>−0.8</sup>. The update u = g / √v is scaled
 * down to a root mean square of d, and w ← w − max(ε, RMS w)·min(η, 1 / √t)·u.
 *
 * {@snippet :
 * var line = Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});
 * var model = model(input(1), dense(1));
 * var training = training(model).loss(meanSquaredError())
 *         .optimizer(adafactor(0.1)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(line, epochs(50));
 *     System.out.println(trainer.evaluate(line));
 * }
 * }
 *
 * @param learningRate η
 * @param power the power of t in the decay rate of the second moments, −0.8 at first
 * @param epsilon ε, the smallest size a weight is taken to have
 * @param largest d, the largest root mean square of u
 * @param decay weight decay apart from the gradient
 */
public record Adafactor(
        Schedule learningRate, double power, double epsilon, double largest, Decay decay)
        implements Optimizer {
    /** The distance from 1 to the next float32, as PyTorch takes it. */
    private static final double TINY = Math.ulp(1f);

    /** Checks the settings. */
    public Adafactor {
        Setting.notNegative("adafactor: minus the power", -power);
        Setting.notNegative("adafactor: epsilon", epsilon);
        Setting.positive("adafactor: the largest update", largest);
    }

    /** Returns this optimizer with another power of t in the decay rate, negative. */
    public Adafactor power(double of) {
        return new Adafactor(learningRate, of, epsilon, largest, decay);
    }

    /** Returns this optimizer with another smallest size of weights. */
    public Adafactor epsilon(double value) {
        return new Adafactor(learningRate, power, value, largest, decay);
    }

    /** Returns this optimizer with another largest root mean square of updates. */
    public Adafactor largest(double rootMeanSquare) {
        return new Adafactor(learningRate, power, epsilon, rootMeanSquare, decay);
    }

    /** Returns this optimizer with a weight decay λ. */
    public Adafactor weightDecay(double lambda) {
        return new Adafactor(learningRate, power, epsilon, largest, decay.rate(lambda));
    }

    /** Returns this optimizer with decay on some weights only. */
    public Adafactor decaying(Parameters which) {
        return new Adafactor(learningRate, power, epsilon, largest, decay.of(which));
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        Tensor share = slots.step().pow(power);
        Tensor v =
                weight.rank() > 1
                        ? factored(slots, gradient, share)
                        : moved(slots, "v", gradient.square(), share);
        Tensor u = gradient.mul(v.maximum(TINY * TINY).rsqrt());
        Tensor rate = slots.learningRate().minimum(slots.step().rsqrt());
        Tensor size = rootMeanSquare(weight).maximum(epsilon);
        Tensor excess = rootMeanSquare(u).mul(1 / largest).maximum(1);
        Tensor update = u.mul(size.mul(rate).div(excess));
        return decay.decoupled(slots, update, weight);
    }

    private static Tensor factored(Slots slots, Tensor g, Tensor share) {
        Tensor rows = moved(slots, "rows", g.square().meanKeeping(-1), share);
        Tensor columns = moved(slots, "columns", g.square().meanKeeping(-2), share);
        return rows.mul(columns).div(rows.meanKeeping(-2).maximum(TINY));
    }

    /** Moves a slot towards a value by a share of the way, and returns where it then is. */
    private static Tensor moved(Slots slots, String name, Tensor value, Tensor share) {
        Shape shape = value.shape();
        Tensor slot = slots.slot(name, shape, Initializer.zeros());
        Tensor next = slot.add(value.sub(slot).mul(share));
        slots.set(slot, next);
        return next;
    }

    private static Tensor rootMeanSquare(Tensor x) {
        return x.square().mean().sqrt();
    }
}
