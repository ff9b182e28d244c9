package propane.train.trace;

import propane.tensor.Tensor;
import propane.train.port.Slot;

/** A slot, while a step is traced: what it holds before the step and after it. */
final class TracedSlot {
    private final Slot slot;
    private final Tensor current;
    private Tensor next;
    private Tensor gathered;

    TracedSlot(Slot slot) {
        this.slot = slot;
        this.current = slot.port().tensor();
        this.next = current;
        this.gathered = current;
    }

    /** Returns where it lies and what it begins with. */
    Slot slot() {
        return slot;
    }

    Tensor current() {
        return current;
    }

    /** Returns what it holds after the updates so far of this step. */
    Tensor latest() {
        return next;
    }

    void next(Tensor value) {
        next = value;
    }

    /** Sets what it holds after one of the batches of an update; afterwards it holds zeros. */
    void gather(Tensor value) {
        gathered = value;
        next = Tensor.zeros(slot.port().type());
    }

    /** Returns what it holds after a step that only adds up gradients. */
    Tensor gathered() {
        return gathered;
    }

    boolean isGathered() {
        return gathered != current;
    }

    boolean isMoved() {
        return next != current;
    }
}
