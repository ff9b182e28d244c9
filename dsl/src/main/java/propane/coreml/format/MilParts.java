package propane.coreml.format;

import propane.coreml.proto.Mil;
import propane.tensor.FormatException;

import java.util.Map;

/** Parts of which functions in MIL are put together. */
public final class MilParts {
    /** The kind of operation that makes a value known. */
    public static final String CONST = "const";

    private MilParts() {}

    /** Returns the body of a function. */
    public static Mil.Block.Builder block(Mil.Function.Builder function) {
        return function.getBlockSpecializationsOrThrow(function.getOpset()).toBuilder();
    }

    /** Returns an operand of a name. */
    public static Mil.Argument argument(String name) {
        return Mil.Argument.newBuilder()
                .addArguments(Mil.Argument.Binding.newBuilder().setName(name))
                .build();
    }

    /** Makes an operation use one name in place of another. */
    public static void rename(Mil.Operation.Builder operation, String from, String to) {
        Map.copyOf(operation.getInputsMap())
                .forEach((parameter, argument) -> {
                    var changed = argument.toBuilder();
                    for (Mil.Argument.Binding.Builder binding : changed.getArgumentsBuilderList()) {
                        if (binding.getName().equals(from)) {
                            binding.setName(to);
                        }
                    }
                    operation.putInputs(parameter, changed.build());
                });
    }

    /** Returns an operation that gives a known value a name. */
    public static Mil.Operation constant(String name, Mil.Value value) {
        return Mil.Operation.newBuilder()
                .setType(CONST)
                .putAttributes("name", string(name))
                .putAttributes("val", value)
                .addOutputs(Mil.NamedValueType.newBuilder().setName(name).setType(value.getType()))
                .build();
    }

    /** Returns a string without axes. */
    public static Mil.Value string(String text) {
        var strings = Mil.TensorValue.RepeatedStrings.newBuilder().addValues(text);
        return immediate(
                MilTypes.scalar(Mil.DataType.STRING),
                Mil.TensorValue.newBuilder().setStrings(strings));
    }

    /** Returns a value that stands in the program itself. */
    public static Mil.Value immediate(Mil.ValueType type, Mil.TensorValue.Builder tensor) {
        return Mil.Value.newBuilder()
                .setType(type)
                .setImmediateValue(Mil.Value.ImmediateValue.newBuilder().setTensor(tensor))
                .build();
    }

    /**
     * Returns what is bound to a parameter that takes one operand.
     *
     * @param where the operation, for messages
     * @throws FormatException if nothing is bound, or several operands
     */
    public static Mil.Argument.Binding operand(
            Mil.Operation operation, String parameter, String where) {
        var bound =
                operation
                        .getInputsOrDefault(parameter, Mil.Argument.getDefaultInstance())
                        .getArgumentsList();
        if (bound.size() != 1) {
            throw new FormatException(
                    where
                            + ", "
                            + parameter
                            + ": one operand is needed, there are "
                            + bound.size());
        }
        return bound.getFirst();
    }
}
