package propane.nn.optimizer;

import propane.nn.Initializers;
import propane.spi.Preconditions;
import propane.tensor.Shape;
import propane.tensor.Tensor;

/**
 * u / √v, where second moments of a matrix are kept as the means of their rows and columns only, r
 * and c, so that v = r·cᵀ / mean r; those of other weights as they are. Their decay rate is 1 −
 * t<sup>p</sup> (Shazeer and Stern, 2018, in PyTorch's form).
 *
 * @param decayRate p
 */
record ScaleByFactoredRms(double decayRate) implements GradientTransform {
    /** The distance from 1 to the next float32, as PyTorch takes it. */
    private static final double TINY = Math.ulp(1f);

    ScaleByFactoredRms {
        Preconditions.notNegative("decayRate: minus the power", -decayRate);
    }

    @Override
    public Tensor apply(Optimizer.Slots slots, Tensor update, Tensor weight) {
        Tensor share = slots.step().pow(decayRate);
        Tensor v =
                weight.rank() > 1
                        ? factored(slots, update, share)
                        : moved(slots, "v", update.square(), share);
        return update.mul(v.maximum(TINY * TINY).rsqrt());
    }

    private static Tensor factored(Optimizer.Slots slots, Tensor u, Tensor share) {
        Tensor rows = moved(slots, "rows", u.square().mean(-1, true), share);
        Tensor columns = moved(slots, "columns", u.square().mean(-2, true), share);
        return rows.mul(columns).div(rows.mean(-2, true).maximum(TINY));
    }

    /** Moves a slot towards a value by a share of the way, and returns where it then is. */
    private static Tensor moved(Optimizer.Slots slots, String name, Tensor value, Tensor share) {
        Shape shape = value.shape();
        Tensor slot = slots.slot(name, shape, Initializers.zeros());
        return slots.moved(slot, slot.add(value.sub(slot).mul(share)));
    }
}
