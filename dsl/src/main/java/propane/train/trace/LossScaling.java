package propane.train.trace;

import propane.nn.Initializers;
import propane.tensor.Tensor;
import propane.train.port.LossScale;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Dynamic loss scaling (Micikevicius et al., 2018) as operations of the step: the loss is
 * multiplied by a scale before it is differentiated, gradients are divided by it. Gradients as
 * large as {@link LossScale#CEILING}, or not numbers, and such statistics of a batch make the step
 * change nothing and halve the scale; after {@link LossScale#PATIENCE} steps without, it doubles.
 */
final class LossScaling {
    private final TracedSlot scale;
    private final TracedSlot goodSteps;
    private final List<Tensor> faults = new ArrayList<>();
    private final List<Tensor> faultsOfStatistics = new ArrayList<>();
    private final List<Tensor> largest = new ArrayList<>();

    LossScaling(TracedSlots slots) {
        this.scale = slots.at(LossScale.SCALE, Initializers.constant(LossScale.FIRST));
        this.goodSteps = slots.at(LossScale.GOOD_STEPS, Initializers.zeros());
    }

    /** Returns a loss of one element, scaled. */
    Tensor scaled(Tensor loss) {
        return loss.mul(scale.current().reshape(loss.shape().toArray()));
    }

    /** Returns the gradients without the scale; zeros where some of them are too large. */
    List<Tensor> unscaled(List<Tensor> gradients) {
        Tensor fault = Tensor.zeros(LossScale.SCALE.type());
        for (Tensor gradient : gradients) {
            if (gradient.shape().size() > 0) {
                fault = fault.maximum(fault(gradient));
                Tensor size = size(gradient);
                largest.add(size.less(LossScale.CEILING).where(size, zero()).max(0, true));
            }
        }
        faults.add(fault);
        Tensor fine = fault.less(0.5);
        Tensor factor = Tensor.constant(1).div(scale.current());
        return gradients.stream()
                .map(gradient -> fine.where(gradient, zero()).mul(factor))
                .toList();
    }

    /** Heeds what statistics take from the batch: it must fit float16 as gradients must. */
    void heed(Collection<Tensor> parts) {
        faultsOfStatistics.clear();
        parts.stream()
                .filter(part -> part.dtype().isFloat() && part.shape().size() > 0)
                .map(LossScaling::fault)
                .reduce(Tensor::maximum)
                .ifPresent(faultsOfStatistics::add);
    }

    private static Tensor size(Tensor tensor) {
        return tensor.abs().reshape(tensor.shape().size());
    }

    /** Returns 1 where an element is too large, or no number, and 0 where all are fine; [1]. */
    private static Tensor fault(Tensor tensor) {
        return size(tensor).less(LossScale.CEILING).where(zero(), Tensor.constant(1)).max(0, true);
    }

    private static Tensor zero() {
        return Tensor.constant(0);
    }

    /** Returns whether all gradients and statistics of the step are fine; bool [1]. */
    Tensor isFine() {
        return Stream.concat(faults.stream(), faultsOfStatistics.stream())
                .reduce(Tensor::maximum)
                .orElseThrow()
                .less(0.5);
    }

    /** Returns the largest gradient that is not too large, unscaled; [1]. */
    Tensor largest() {
        return largest.stream().reduce(Tensor::maximum).orElseThrow().div(scale.current());
    }

    /** Returns whether gradients were taken at all. */
    boolean isUsed() {
        return !faults.isEmpty();
    }

    /** Sets what scale and count are after the step. */
    void move() {
        Tensor fine = isFine();
        Tensor count = goodSteps.current().add(1);
        Tensor none = Tensor.zerosLike(count);
        Tensor patient = count.greater(LossScale.PATIENCE - 0.5);
        Tensor higher = scale.current().mul(2).minimum(LossScale.HIGHEST);
        Tensor lower = scale.current().mul(0.5).maximum(LossScale.FLOOR);
        scale.next(fine.where(patient.where(higher, scale.current()), lower));
        goodSteps.next(fine.where(patient.where(none, count), none));
    }

    /** Returns whether a slot is one of the two that move even where nothing else does. */
    boolean owns(TracedSlot slot) {
        return slot == scale || slot == goodSteps;
    }
}
