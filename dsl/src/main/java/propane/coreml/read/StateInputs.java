package propane.coreml.read;

import propane.coreml.format.Identifiers;
import propane.coreml.format.MilParts;
import propane.coreml.proto.Mil;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes inputs and outputs of the states of a function: what it reads, and what it leaves. */
final class StateInputs {
    private StateInputs() {}

    /**
     * Changes a function's body. Reads and writes in blocks within operations stay.
     *
     * @param states the names of its states, which are inputs now
     * @return the states by the names of the outputs that are their new values
     */
    static Map<String, String> made(Mil.Block.Builder block, List<String> states) {
        var names = new Identifiers();
        Map<String, Mil.ValueType> types = new HashMap<>();
        states.forEach(names::take);
        for (Mil.Operation operation : block.getOperationsList()) {
            for (Mil.NamedValueType output : operation.getOutputsList()) {
                names.take(output.getName());
                types.put(output.getName(), output.getType());
            }
        }
        Map<String, String> current = new LinkedHashMap<>();
        states.forEach(state -> current.put(state, state));
        var operations = new ArrayList<Mil.Operation>();
        for (Mil.Operation operation : block.getOperationsList()) {
            String state = bound(operation, "input");
            if (operation.getType().equals("read_state") && current.containsKey(state)) {
                operations.add(identity(current.get(state), operation.getOutputsList()));
            } else if (operation.getType().equals("write_state") && current.containsKey(state)) {
                current.put(state, bound(operation, "data"));
            } else {
                operations.add(operation);
            }
        }
        Map<String, String> renewed = new LinkedHashMap<>();
        current.forEach((state, value) -> {
            if (!value.equals(state)) {
                String name = names.unique(state + "_new");
                var type = types.getOrDefault(value, Mil.ValueType.getDefaultInstance());
                var output = Mil.NamedValueType.newBuilder().setName(name).setType(type).build();
                operations.add(identity(value, List.of(output)));
                renewed.put(name, state);
            }
        });
        block.clearOperations().addAllOperations(operations).addAllOutputs(renewed.keySet());
        return renewed;
    }

    private static Mil.Operation identity(String value, List<Mil.NamedValueType> outputs) {
        return Mil.Operation.newBuilder()
                .setType("identity")
                .putInputs("x", MilParts.argument(value))
                .addAllOutputs(outputs)
                .build();
    }

    private static String bound(Mil.Operation operation, String parameter) {
        return operation
                .getInputsOrDefault(parameter, Mil.Argument.getDefaultInstance())
                .getArgumentsList()
                .stream()
                .findFirst()
                .map(Mil.Argument.Binding::getName)
                .orElse("");
    }
}
