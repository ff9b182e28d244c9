package propane.engine.cpu.plan;

import propane.spi.op.Operation;

import java.util.ArrayList;
import java.util.List;

/** Operations that are to be computed together, while it is not settled yet which. */
final class FusionGroup {
    private final List<Operation> operations = new ArrayList<>();
    private final int last;
    private int first;
    private int weight;

    /**
     * Makes a group of one operation.
     *
     * @param index its place in the order
     */
    FusionGroup(Operation operation, int index, int weight) {
        operations.add(operation);
        this.first = index;
        this.last = index;
        this.weight = weight;
    }

    /** Adds an operation that stands before all others. */
    void add(Operation operation, int index, int more) {
        operations.addFirst(operation);
        first = index;
        weight += more;
    }

    List<Operation> operations() {
        return operations;
    }

    /** Returns the place of the first operation in the order. */
    int first() {
        return first;
    }

    /** Returns the place of the last operation in the order. */
    int last() {
        return last;
    }

    /** Returns about how much is computed. */
    int weight() {
        return weight;
    }
}
