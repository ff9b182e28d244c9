package propane.train;

import propane.nn.Initializer;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Role;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Dynamic loss scaling (Micikevicius et al., 2018) as operations of the step: the loss is
 * multiplied by a scale before it is differentiated, gradients are divided by it. Gradients as
 * large as {@link #CEILING}, or not numbers, and such statistics of a batch make the step change
 * nothing and halve the scale; after {@link #PATIENCE} steps without, it doubles.
 */
final class LossScaling {
    static final Port SCALE = number("loss_scale");
    static final Port GOOD_STEPS = number("good_steps");

    /** The result of {@code update} that tells the largest gradient. */
    static final String LARGEST = "max_gradient";

    /** The scale never becomes smaller; gradients too large even so are an error. */
    static final double FLOOR = 1;

    /**
     * What a scaled gradient must stay below: products on the Neural Engine become infinite at
     * 32,752, and infinities there do not last, so that they cannot be looked for.
     */
    static final double CEILING = 32_000;

    static final int PATIENCE = 2_000;

    private static final double FIRST = 1_024;

    /** On the Neural Engine the scale is a float16, too, and so is what it is multiplied with. */
    static final double HIGHEST = 0x1p14;

    private final StepTrace.Slot scale;
    private final StepTrace.Slot goodSteps;
    private final List<Tensor> faults = new ArrayList<>();
    private final List<Tensor> faultsOfStatistics = new ArrayList<>();
    private final List<Tensor> largest = new ArrayList<>();

    LossScaling(StepTrace trace) {
        this.scale = trace.slot(SCALE, Initializer.constant(FIRST));
        this.goodSteps = trace.slot(GOOD_STEPS, Initializer.zeros());
    }

    /** Returns whether a slot is one of those that only trainings with a scaled loss have. */
    static boolean isOwn(String slot) {
        return slot.equals(SCALE.name()) || slot.equals(GOOD_STEPS.name());
    }

    /**
     * Requires of a slot of a file, if it is one of the two, that steps could have made its value.
     *
     * @throws FormatException if they could not
     */
    static void requireRange(String file, String slot, NDArray value) {
        boolean isScale = slot.equals(SCALE.name());
        if (!isOwn(slot)) {
            return;
        }
        double least = isScale ? FLOOR : 0;
        double most = isScale ? Float.MAX_VALUE : PATIENCE;
        double number = value.at(0);
        if (!(number >= least && number <= most)) {
            throw new FormatException(
                    file
                            + ": "
                            + slot
                            + " must be from "
                            + least
                            + " to "
                            + most
                            + ", is "
                            + number
                            + "\n"
                            + "    to mend it: take another checkpoint, or load the weights alone:"
                            + " load(Weights.read(path))");
        }
    }

    private static Port number(String name) {
        return new Port(name, Role.HYPER, TensorType.float32(Shape.shape(1)));
    }

    /** Returns a loss of one element, scaled. */
    Tensor scaled(Tensor loss) {
        return loss.mul(scale.current().reshape(loss.shape().toArray()));
    }

    /** Returns the gradients without the scale; zeros where some of them are too large. */
    List<Tensor> unscaled(List<Tensor> gradients) {
        Tensor fault = Tensor.zeros(SCALE.type());
        for (Tensor gradient : gradients) {
            if (gradient.shape().size() > 0) {
                fault = fault.maximum(fault(gradient));
                Tensor size = size(gradient);
                largest.add(size.less(CEILING).where(size, zero()).maxKeeping(0));
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
        return size(tensor).less(CEILING).where(zero(), Tensor.constant(1)).maxKeeping(0);
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
        Tensor patient = count.greater(PATIENCE - 0.5);
        Tensor higher = scale.current().mul(2).minimum(HIGHEST);
        Tensor lower = scale.current().mul(0.5).maximum(FLOOR);
        scale.next(fine.where(patient.where(higher, scale.current()), lower));
        goodSteps.next(fine.where(patient.where(none, count), none));
    }

    /** Returns whether a slot is one of the two that move even where nothing else does. */
    boolean owns(StepTrace.Slot slot) {
        return slot == scale || slot == goodSteps;
    }
}
