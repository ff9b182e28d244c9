package propane.coreml.write;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.spi.op.Role;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Forms of short constants and of single numbers. */
final class ScalarForms {
    private ScalarForms() {}

    /** Puts constants that stand in the program where they are used. */
    static Model inlined(Model model) {
        var changed = model.toBuilder();
        var program = changed.getMlProgramBuilder();
        for (Map.Entry<String, Mil.Function> entry :
                model.getMlProgram().getFunctionsMap().entrySet()) {
            var function = entry.getValue().toBuilder();
            Mil.Block.Builder block = MilParts.block(function);
            Set<String> given = new HashSet<>(block.getOutputsList());
            Map<String, Mil.Value> constants = new HashMap<>();
            var kept = new ArrayList<Mil.Operation>();
            for (Mil.Operation operation : block.getOperationsList()) {
                Mil.Value value =
                        operation.getAttributesOrDefault("val", Mil.Value.getDefaultInstance());
                if (operation.getType().equals(MilParts.CONST)
                        && value.hasImmediateValue()
                        && !given.contains(operation.getOutputs(0).getName())) {
                    constants.put(operation.getOutputs(0).getName(), value);
                } else {
                    kept.add(bound(operation, constants));
                }
            }
            block.clearOperations().addAllOperations(kept);
            program.putFunctions(
                    entry.getKey(),
                    function.putBlockSpecializations(function.getOpset(), block.build()).build());
        }
        return changed.build();
    }

    private static Mil.Operation bound(Mil.Operation operation, Map<String, Mil.Value> constants) {
        var changed = operation.toBuilder();
        operation
                .getInputsMap()
                .forEach((parameter, argument) -> {
                    var bindings = argument.toBuilder();
                    for (Mil.Argument.Binding.Builder binding :
                            bindings.getArgumentsBuilderList()) {
                        if (constants.containsKey(binding.getName())) {
                            binding.setValue(constants.get(binding.getName()));
                        }
                    }
                    changed.putInputs(parameter, bindings.build());
                });
        return changed.build();
    }

    /** Takes the axis from results of one number. */
    static Model results(Model model, PackagePorts ports) {
        var changed = model.toBuilder();
        var program = changed.getMlProgramBuilder();
        for (FunctionPorts each : ports.functions()) {
            var function = program.getFunctionsOrThrow(each.name()).toBuilder();
            Mil.Block.Builder block = MilParts.block(function);
            for (PackagePort output : each.outputs()) {
                if (output.port().role() == Role.RESULT
                        && output.port().type().shape().dims().equals(List.of(1))) {
                    squeeze(block, output.name());
                    describe(changed, each.name(), output.name());
                }
            }
            program.putFunctions(
                    each.name(),
                    function.putBlockSpecializations(function.getOpset(), block.build()).build());
        }
        return changed.build();
    }

    private static void squeeze(Mil.Block.Builder block, String name) {
        String before = name + "_with_axis";
        Mil.ValueType type = Mil.ValueType.getDefaultInstance();
        for (Mil.Operation.Builder operation : block.getOperationsBuilderList()) {
            MilParts.rename(operation, name, before);
            for (Mil.NamedValueType.Builder output : operation.getOutputsBuilderList()) {
                if (output.getName().equals(name)) {
                    type = output.getType();
                    output.setName(before);
                }
            }
        }
        var axes = Mil.TensorValue.newBuilder();
        axes.getIntsBuilder().addValues(0);
        var value = MilParts.immediate(MilTypes.of(TensorType.int32(Shape.shape(1))), axes);
        block.addOperations(MilParts.constant(name + "_axes", value));
        block.addOperations(
                Mil.Operation.newBuilder()
                        .setType("squeeze")
                        .putInputs("x", MilParts.argument(before))
                        .putInputs("axes", MilParts.argument(name + "_axes"))
                        .putAttributes("name", MilParts.string(name))
                        .addOutputs(
                                Mil.NamedValueType.newBuilder()
                                        .setName(name)
                                        .setType(
                                                MilTypes.scalar(
                                                        type.getTensorType().getDataType()))));
    }

    private static void describe(Model.Builder model, String function, String output) {
        var description = model.getDescriptionBuilder();
        for (FeatureDescription.Builder feature : description.getOutputBuilderList()) {
            clear(feature, output);
        }
        description.getFunctionsBuilderList().stream()
                .filter(each -> each.getName().equals(function))
                .flatMap(each -> each.getOutputBuilderList().stream())
                .forEach(feature -> clear(feature, output));
    }

    private static void clear(FeatureDescription.Builder feature, String output) {
        if (feature.getName().equals(output)) {
            feature.getTypeBuilder().getMultiArrayTypeBuilder().clearShape();
        }
    }
}
