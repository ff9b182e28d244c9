package propane.tensor;

import java.util.ArrayList;
import java.util.List;

/** One use of an op: the record, the results it makes, and where in the user's code it was made. */
public final class Operation {
    private final Op op;
    private final Source source;
    private final List<Tensor> results;

    private Operation(Op op, Source source) {
        this.op = op;
        this.source = source;
        var made = new ArrayList<Tensor>();
        for (TensorType type : op.inferAll()) {
            made.add(new Tensor(this, made.size(), type));
        }
        this.results = List.copyOf(made);
    }

    /**
     * Makes an operation and infers its results' types.
     *
     * @throws ShapeException if the operands' shapes break the op's rule
     * @throws DTypeException if their element types do
     */
    public static Operation of(Op op) {
        return new Operation(op, Source.here());
    }

    /** Makes an operation in place of another one, whose source it takes over. */
    public static Operation of(Op op, Source source) {
        return new Operation(op, source);
    }

    /** Returns the record. */
    public Op op() {
        return op;
    }

    /** Returns where it was made. */
    public Source source() {
        return source;
    }

    /** Returns the results, at least one. */
    public List<Tensor> results() {
        return results;
    }

    /** Returns one result. */
    public Tensor result(int index) {
        return results.get(index);
    }

    /** Returns the operands in the order of the record's components. */
    public List<Tensor> operands() {
        return OpSchema.of(op).operands(op);
    }

    /** Returns the op's name in MIL and the place. */
    @Override
    public String toString() {
        return OpSchema.of(op).name() + " " + source;
    }
}
