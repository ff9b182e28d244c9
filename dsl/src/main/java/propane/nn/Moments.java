package propane.nn;

import propane.tensor.Tensor;

/** The arithmetic that optimizers with running moments share. */
final class Moments {
    private Moments() {}

    /** Returns β·moment + (1 − β)·value. */
    static Tensor running(double beta, Tensor moment, Tensor value) {
        return moment.mul(beta).add(value.mul(1 - beta));
    }

    /**
     * Returns 1 − β<sup>t</sup>, the bias correction of a moment (Kingma and Ba, 2015). Computed as
     * 2·T / (1 + T) with T = tanh(−t·ln β / 2), which float32 carries without cancellation.
     *
     * @param step t, float32 [1]
     */
    static Tensor correction(double beta, Tensor step) {
        Tensor half = step.mul(-Math.log(beta) / 2).tanh();
        return half.mul(2).div(half.add(1));
    }
}
