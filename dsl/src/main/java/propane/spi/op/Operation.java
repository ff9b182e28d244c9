package propane.spi.op;

import propane.tensor.DTypeException;
import propane.tensor.ShapeException;
import propane.tensor.Source;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

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
            made.add(new Tensor(new Result(this, made.size(), type)));
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

    /** What a tensor is made of: which result of which operation. Operations alone make them. */
    public static final class Result {
        private final Operation operation;
        private final int index;
        private final TensorType type;

        private Result(Operation operation, int index, TensorType type) {
            this.operation = operation;
            this.index = index;
            this.type = type;
        }

        /** Returns the operation. */
        public Operation operation() {
            return operation;
        }

        /** Returns which of the operation's results it is. */
        public int index() {
            return index;
        }

        /** Returns its element type and shape. */
        public TensorType type() {
            return type;
        }

        /** Returns which result of what it is. */
        @Override
        public String toString() {
            return "result " + index + " of " + operation + ": " + type;
        }
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
