package propane.coreml.write;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilParts;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The form with states: what a function replaces is read when it begins and written when it ends,
 * and is neither input nor output.
 */
final class StateForm {
    private final Set<String> kept = new HashSet<>();
    private final Set<String> renewed = new HashSet<>();

    private StateForm(PackagePorts ports) {
        for (FunctionPorts function : ports.functions()) {
            for (PackagePort output : function.outputs()) {
                if (!output.replaces().isEmpty()) {
                    kept.add(output.replaces());
                    renewed.add(output.name());
                }
            }
        }
    }

    static Model of(Model model, PackagePorts ports) {
        return new StateForm(ports).change(model, ports);
    }

    private Model change(Model model, PackagePorts ports) {
        var changed = model.toBuilder();
        var program = changed.getMlProgramBuilder();
        for (FunctionPorts each : ports.functions()) {
            Map<String, String> replaced = new HashMap<>();
            each.outputs().stream()
                    .filter(output -> !output.replaces().isEmpty())
                    .forEach(output -> replaced.put(output.name(), output.replaces()));
            program.putFunctions(
                    each.name(), function(program.getFunctionsOrThrow(each.name()), replaced));
        }
        describe(changed);
        return changed.build();
    }

    private Mil.Function function(Mil.Function plain, Map<String, String> replaced) {
        var function = plain.toBuilder();
        Mil.Block.Builder block = MilParts.block(function);
        var operations = new ArrayList<Mil.Operation>();
        for (Mil.NamedValueType.Builder input : function.getInputsBuilderList()) {
            String name = input.getName();
            if (kept.contains(name)) {
                Mil.ValueType type = input.getType();
                String read = name + "_read";
                operations.add(read(name, read, type));
                block.getOperationsBuilderList()
                        .forEach(operation -> MilParts.rename(operation, name, read));
                var state = Mil.StateType.newBuilder().setWrappedType(type);
                input.setType(Mil.ValueType.newBuilder().setStateType(state));
            }
        }
        operations.addAll(block.build().getOperationsList());
        var outputs = new ArrayList<String>();
        for (String output : block.getOutputsList()) {
            if (replaced.containsKey(output)) {
                operations.add(write(replaced.get(output), output));
            } else {
                outputs.add(output);
            }
        }
        block.clearOperations().addAllOperations(operations);
        block.clearOutputs().addAllOutputs(outputs);
        return function.putBlockSpecializations(function.getOpset(), block.build()).build();
    }

    private static Mil.Operation read(String state, String name, Mil.ValueType type) {
        return Mil.Operation.newBuilder()
                .setType("read_state")
                .putInputs("input", MilParts.argument(state))
                .putAttributes("name", MilParts.string(name))
                .addOutputs(Mil.NamedValueType.newBuilder().setName(name).setType(type))
                .build();
    }

    private static Mil.Operation write(String state, String value) {
        return Mil.Operation.newBuilder()
                .setType("write_state")
                .putInputs("input", MilParts.argument(state))
                .putInputs("data", MilParts.argument(value))
                .putAttributes("name", MilParts.string(value + "_write_state"))
                .build();
    }

    private void describe(Model.Builder model) {
        var description = model.getDescriptionBuilder();
        var inputs = description.getInputList();
        description.clearInput().addAllInput(staying(inputs)).addAllState(states(inputs));
        var outputs = description.getOutputList();
        description.clearOutput().addAllOutput(staying(outputs));
        for (var function : description.getFunctionsBuilderList()) {
            var taken = function.getInputList();
            function.clearInput().addAllInput(staying(taken)).addAllState(states(taken));
            var given = function.getOutputList();
            function.clearOutput().addAllOutput(staying(given));
        }
    }

    private List<FeatureDescription> staying(List<FeatureDescription> features) {
        return features.stream()
                .filter(feature -> !kept.contains(feature.getName()))
                .filter(feature -> !renewed.contains(feature.getName()))
                .toList();
    }

    private List<FeatureDescription> states(List<FeatureDescription> features) {
        var states = new ArrayList<FeatureDescription>();
        for (FeatureDescription feature : features) {
            if (kept.contains(feature.getName())) {
                var state = feature.toBuilder();
                var array = feature.getType().getMultiArrayType();
                state.getTypeBuilder().getStateTypeBuilder().setArrayType(array);
                states.add(state.build());
            }
        }
        return states;
    }
}
