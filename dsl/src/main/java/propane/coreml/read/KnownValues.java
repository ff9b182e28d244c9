package propane.coreml.read;

import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.proto.Mil;
import propane.spi.Interpreter;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Results that are known when a program is read, since their operands are: lengths and counters.
 */
final class KnownValues {
    /** Larger floating-point constants are weights and stay operations on them. */
    private static final int MOST_FLOATS = 64;

    private static final int MOST = 1 << 16;

    private KnownValues() {}

    /** Returns the value of a tensor that is a constant. */
    static Optional<NDArray> of(Tensor tensor) {
        return tensor.op() instanceof Leaf.Const(NDArray value)
                ? Optional.of(value)
                : Optional.empty();
    }

    /** Returns the results of an operation whose operands are all known, if they are small. */
    static Optional<List<NDArray>> results(Operation operation) {
        Map<Tensor, NDArray> known = new HashMap<>();
        boolean isSmall = !operation.operands().isEmpty();
        for (Tensor result : operation.results()) {
            isSmall &= result.shape().size() <= (result.dtype().isFloat() ? MOST_FLOATS : MOST);
        }
        for (Tensor operand : operation.operands()) {
            of(operand).ifPresent(value -> known.put(operand, value));
            isSmall &= known.containsKey(operand);
            isSmall &= operand.shape().size() <= (operand.dtype().isFloat() ? MOST_FLOATS : MOST);
        }
        return isSmall && !(operation.op() instanceof Unknown)
                ? Optional.of(Interpreter.evaluate(operation, known))
                : Optional.empty();
    }

    /** Returns a known array as a parameter of an operation. */
    static Mil.Value value(NDArray array) {
        var tensor = Mil.TensorValue.newBuilder();
        for (int i = 0; i < array.size(); i++) {
            double element = array.at(i);
            switch (array.dtype()) {
                case INT32 -> tensor.getIntsBuilder().addValues((int) element);
                case BOOL -> tensor.getBoolsBuilder().addValues(element != 0);
                case FLOAT32, FLOAT16 -> tensor.getFloatsBuilder().addValues((float) element);
            }
        }
        // A float16 may stand as a float32 where a parameter is a number.
        var type = array.dtype() == DType.FLOAT16 ? array.type().with(DType.FLOAT32) : array.type();
        return MilParts.immediate(MilTypes.of(type), tensor);
    }

    /** Returns numbers as a parameter of an operation. */
    static Mil.Argument argument(List<Integer> numbers) {
        return argument(NDArray.of(numbers.stream().mapToInt(each -> each).toArray()));
    }

    /** Returns one number as a parameter of an operation. */
    static Mil.Argument argument(int number) {
        return argument(NDArray.of(new int[] {number}).reshape());
    }

    /** Returns a known array as an argument. */
    static Mil.Argument argument(NDArray array) {
        return argument(value(array));
    }

    /** Returns a value as an argument. */
    static Mil.Argument argument(Mil.Value value) {
        return Mil.Argument.newBuilder()
                .addArguments(Mil.Argument.Binding.newBuilder().setValue(value))
                .build();
    }
}
