package propane.nn.optimizer;

import propane.nn.WeightFilter;
import propane.nn.schedule.Schedule;
import propane.tensor.Tensor;

/**
 * An optimizer for some of the weights.
 *
 * @param optimizer the optimizer
 * @param which the weights it updates
 */
record OptimizerGroup(Optimizer optimizer, WeightFilter which) implements Optimizer {
    @Override
    public Schedule learningRate() {
        return optimizer.learningRate();
    }

    @Override
    public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
        return optimizer.update(slots, gradient, weight);
    }

    @Override
    public String kind() {
        return optimizer.kind();
    }
}
