package propane.coreml.read;

import propane.coreml.format.MilParts;
import propane.coreml.ops.ComponentType;
import propane.coreml.ops.Defaults;
import propane.coreml.ops.OpCatalogue;
import propane.coreml.ops.Signature;
import propane.coreml.proto.Mil;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Source;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the names in a function stand for, and the operands of its operations. */
final class Operands {
    /** Operands that may have another floating-point type than the first. */
    private static final Set<String> WEIGHTS =
            Set.of("weight", "bias", "gamma", "beta", "mean", "variance", "alpha");

    /** Parameters are short; what is longer is a weight. */
    private static final int MOST_OF_A_PARAMETER = 4096;

    private final Values values;
    private final Source source;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<String, Mil.Value> constants = new HashMap<>();
    private int made;

    Operands(Values values, Source source) {
        this.values = values;
        this.source = source;
    }

    /** Lets a name stand for a tensor; a known one may be a parameter, too. */
    void put(String name, Tensor tensor) {
        constants.remove(name);
        KnownValues.of(tensor)
                .filter(known -> known.size() <= MOST_OF_A_PARAMETER)
                .ifPresent(known -> constants.put(name, KnownValues.value(known)));
        tensors.put(name, tensor);
    }

    /** Gives a tensor that no operation of the file makes a name. */
    String put(Tensor tensor) {
        // No name in a file has a space.
        String name = "made " + made++;
        put(name, tensor);
        return name;
    }

    void put(String name, Mil.Value constant) {
        tensors.remove(name);
        constants.put(name, constant);
    }

    /** Takes a result that is known; it may be a parameter, too. */
    void put(String name, NDArray known) {
        put(name, Operation.of(new Leaf.Const(known), source.named(name)).result(0));
    }

    /**
     * Returns the tensor that a name stands for; a constant becomes one.
     *
     * @param where the file and field, for messages
     * @throws FormatException if the name stands for nothing yet
     */
    Tensor tensor(String name, String where) {
        Tensor known = tensors.get(name);
        if (known != null) {
            return known;
        }
        Mil.Value value = constants.get(name);
        if (value == null) {
            throw new FormatException(where + ": " + name + " is used before it is made, or never");
        }
        Tensor made = tensor(value, source.named(name), where);
        tensors.put(name, made);
        return made;
    }

    private Tensor tensor(Mil.Value value, Source named, String where) {
        return Operation.of(new Leaf.Const(values.array(value, where)), named).result(0);
    }

    /** Returns the only tensor that is bound to a parameter. */
    Tensor operand(Mil.Operation operation, String parameter, String where) {
        Mil.Argument.Binding bound = MilParts.operand(operation, parameter, where);
        return tensor(bound, where + ", " + parameter);
    }

    Tensor tensor(Mil.Argument.Binding binding, String where) {
        return binding.hasValue()
                ? tensor(binding.getValue(), source, where)
                : tensor(binding.getName(), where);
    }

    /** Returns what is bound, if it is a tensor: strings and lists are none. */
    Optional<Tensor> given(Mil.Argument.Binding binding, String where) {
        Mil.Value value =
                binding.hasValue() ? binding.getValue() : constants.get(binding.getName());
        boolean isTensor =
                value == null ? tensors.containsKey(binding.getName()) : !Values.isString(value);
        return isTensor && (value == null || value.getType().hasTensorType())
                ? Optional.of(tensor(binding, where))
                : Optional.empty();
    }

    private static List<Mil.Argument.Binding> bindings(Mil.Operation operation, String parameter) {
        return operation
                .getInputsOrDefault(parameter, Mil.Argument.getDefaultInstance())
                .getArgumentsList();
    }

    /**
     * Returns the components of the record that stands for an operation.
     *
     * @throws FormatException if one is missing or is something else, or if the operation has a
     *     parameter that the record lacks, with another value than its default
     */
    Object[] components(OpSchema schema, Mil.Operation operation, String where) {
        Signature signature = OpCatalogue.signature(schema.name()).orElseThrow();
        int rank =
                operation.containsInputs("x") && signature.parameters().containsKey("x")
                        ? operand(operation, "x", where).rank()
                        : 0;
        var names = new ArrayList<String>();
        Object[] components = new Object[schema.parts().size()];
        for (int i = 0; i < components.length; i++) {
            var part = schema.parts().get(i);
            names.add(part.name());
            components[i] = component(part, signature, operation, rank, where);
        }
        likeFirst(schema, components);
        for (String name : operation.getInputsMap().keySet()) {
            if (!names.contains(name)) {
                requireDefault(name, signature, operation, rank, where);
            }
        }
        return components;
    }

    /** Weights may be wider or narrower than what they meet, whose type the result has. */
    private static void likeFirst(OpSchema schema, Object... components) {
        if (!(components.length > 0 && components[0] instanceof Tensor x && x.dtype().isFloat())) {
            return;
        }
        for (int i = 1; i < components.length; i++) {
            String name = schema.parts().get(i).name();
            boolean isWeight =
                    WEIGHTS.contains(name) || name.equals("y") && schema.name().equals("matmul");
            if (isWeight && components[i] instanceof Tensor weight && weight.dtype().isFloat()) {
                components[i] = weight.dtype() == x.dtype() ? weight : weight.cast(x.dtype());
            }
            if (isWeight && components[i] instanceof List<?> weights) {
                components[i] =
                        weights.stream()
                                .map(each ->
                                        each instanceof Tensor weight && weight.dtype() != x.dtype()
                                                ? weight.cast(x.dtype())
                                                : each)
                                .toList();
            }
        }
    }

    private Object component(
            OpSchema.Operand part,
            Signature signature,
            Mil.Operation operation,
            int rank,
            String where) {
        String name = part.name();
        if (part.javaType() == Tensor.class) {
            return operand(operation, name, where);
        }
        if (ComponentType.of(part).isTensors()) {
            return list(operation, name, where);
        }
        if (operation.containsInputs(name)) {
            Mil.Value value = constant(operation, name, where);
            String field = where + ", " + name;
            var type = ComponentType.of(part);
            return type.isSpelled()
                    ? type.spelled(Values.string(value, field), field)
                    : type.read(values.array(Values.signed(value), field), field);
        }
        Signature.Parameter parameter = signature.parameters().get(name);
        if (parameter == null || parameter.whenOmitted().isEmpty()) {
            throw new FormatException(where + ": lacks the parameter " + name);
        }
        Object omitted = Defaults.of(parameter, rank, part.javaType());
        return omitted instanceof String spelled
                ? ComponentType.of(part).spelled(spelled, where + ", " + name)
                : omitted;
    }

    /** Returns the tensors that are bound to a parameter. */
    List<Tensor> list(Mil.Operation operation, String parameter, String where) {
        return bindings(operation, parameter).stream()
                .map(binding -> tensor(binding, where + ", " + parameter))
                .toList();
    }

    /** Returns the only constant that is bound to a parameter. */
    Mil.Value constant(Mil.Operation operation, String parameter, String where) {
        var bound = constants(operation, parameter, where);
        if (bound.size() == 1) {
            return bound.getFirst();
        }
        throw new FormatException(where + ", " + parameter + ": must be one constant");
    }

    /** Returns the constants that are bound to a parameter. */
    List<Mil.Value> constants(Mil.Operation operation, String parameter, String where) {
        var all = new ArrayList<Mil.Value>();
        for (var binding : bindings(operation, parameter)) {
            Mil.Value value =
                    binding.hasValue() ? binding.getValue() : constants.get(binding.getName());
            if (value == null && tensors.containsKey(binding.getName())) {
                throw new Unreadable(
                        "its parameter " + parameter + " depends on what the program is given");
            }
            if (value == null) {
                throw new FormatException(where + ", " + parameter + ": must be one constant");
            }
            all.add(value);
        }
        return all;
    }

    private void requireDefault(
            String name, Signature signature, Mil.Operation operation, int rank, String where) {
        Signature.Parameter parameter = signature.parameters().get(name);
        if (parameter == null) {
            throw new FormatException(
                    where + ": has a parameter " + name + ", which the op has not");
        }
        if (!parameter.whenOmitted().isEmpty()) {
            Mil.Value value = constant(operation, name, where);
            Object plain = Defaults.of(parameter, rank, Object.class);
            if (Values.isString(value)
                    ? plain.equals(Values.string(value, where))
                    : equal(plain, values.array(value, where + ", " + name))) {
                return;
            }
        }
        throw new Unreadable("Propane cannot compute it with the parameter " + name);
    }

    private static boolean equal(Object plain, NDArray array) {
        List<?> list = plain instanceof List<?> several ? several : List.of(plain);
        if (list.size() != array.size()) {
            return false;
        }
        for (int i = 0; i < list.size(); i++) {
            double element =
                    list.get(i) instanceof Boolean truth
                            ? truth ? 1 : 0
                            : ((Number) list.get(i)).doubleValue();
            if (element != array.at(i)) {
                return false;
            }
        }
        return true;
    }
}
