package propane.train.trace;

import propane.nn.Initializers;
import propane.nn.loss.LossSum;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.port.WindowSlots;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The batches of one update, where there are several: gradients of sums, and the weights of what
 * counts in them, are added up and divided once. What is kept meanwhile are slots: gradients below
 * {@code accumulated/}, numbers below {@code window/}.
 */
final class Window {
    private final TracedSlots slots;
    private final double share;
    private final Set<String> names = new LinkedHashSet<>();
    private final List<Tensor> fine = new ArrayList<>();

    /**
     * Begins one.
     *
     * @param share the number of this batch's examples, as a share of a whole batch's
     */
    Window(TracedSlots slots, double share) {
        this.slots = slots;
        this.share = share;
        TracedSlot batches = slots.at(WindowSlots.BATCHES, Initializers.zeros());
        batches.gather(batches.current().add(1));
    }

    /** Returns the weight of what counted in the batches of the update, this one included; [1]. */
    Tensor weight(LossSum loss) {
        return gathered(WindowSlots.WEIGHT.name(), WindowSlots.WEIGHT.type(), loss.weight());
    }

    /** Returns the sum of a gradient over the batches of the update, this one included. */
    Tensor sum(String path, TensorType type, Tensor gradient) {
        return gathered(Port.GATHERED + path, type, gradient);
    }

    /** Several losses may be differentiated by one weight. */
    private Tensor gathered(String path, TensorType type, Tensor ofBatch) {
        String name = path;
        for (int i = 2; !names.add(name); i++) {
            name = path + "/" + i;
        }
        Role role = WindowSlots.isNumber(name) ? Role.HYPER : Role.SLOT;
        TracedSlot slot = slots.at(new Port(name, role, type), Initializers.zeros());
        Tensor total = slot.current().add(share == 1 ? ofBatch : ofBatch.mul(share));
        slot.gather(total);
        return total;
    }

    /**
     * Heeds whether this batch is fine; an update that one is not of is skipped.
     *
     * @param batch whether it is; bool [1]
     */
    void heed(Tensor batch) {
        TracedSlot fault = slots.at(WindowSlots.FAULT, Initializers.zeros());
        Tensor any = batch.where(fault.current(), Tensor.constant(1));
        fault.gather(any);
        fine.add(any.less(0.5));
    }

    /** Returns whether all batches of the update are fine, this one included; bool [1]. */
    Tensor isFine() {
        return fine.getFirst();
    }
}
