package propane.nn;

import propane.tensor.Setting;
import propane.tensor.Tensor;

/**
 * Weight decay and the weights it concerns.
 *
 * @param rate the decay; 0 for none
 * @param of the weights that decay
 */
public record Decay(double rate, Parameters of) {
    /** Checks the settings. */
    public Decay {
        Setting.notNegative("weightDecay: the decay", rate);
    }

    static final Decay NONE = new Decay(0, Parameters.all());

    Decay rate(double other) {
        return new Decay(other, of);
    }

    Decay of(Parameters others) {
        return new Decay(rate, others);
    }

    private boolean concerns(Optimizer.Slots slots) {
        return rate != 0 && slots.selects(of);
    }

    /** Returns the gradient with the decay as an L2 penalty: g + λ·w. */
    Tensor penalized(Optimizer.Slots slots, Tensor gradient, Tensor weight) {
        return concerns(slots) ? gradient.add(weight.mul(rate)) : gradient;
    }

    /** Returns an update with decay apart from the gradient: u + η·λ·w. */
    Tensor decoupled(Optimizer.Slots slots, Tensor update, Tensor weight) {
        return concerns(slots) ? update.add(weight.mul(rate).mul(slots.learningRate())) : update;
    }
}
