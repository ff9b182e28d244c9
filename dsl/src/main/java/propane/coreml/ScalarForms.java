package propane.coreml;

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
    private static final String CONST = "const";

    private ScalarForms() {}

    /** Puts constants that stand in the program where they are used. */
    static Model inlined(Model model) {
        var changed = model.toBuilder();
        var program = changed.getMlProgramBuilder();
        for (Map.Entry<String, Mil.Function> entry :
                model.getMlProgram().getFunctionsMap().entrySet()) {
            var function = entry.getValue().toBuilder();
            Mil.Block.Builder block = PackageForm.block(function);
            Set<String> given = new HashSet<>(block.getOutputsList());
            Map<String, Mil.Value> constants = new HashMap<>();
            var kept = new ArrayList<Mil.Operation>();
            for (Mil.Operation operation : block.getOperationsList()) {
                Mil.Value value =
                        operation.getAttributesOrDefault("val", Mil.Value.getDefaultInstance());
                if (operation.getType().equals(CONST)
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
            Mil.Block.Builder block = PackageForm.block(function);
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
            rename(operation, name, before);
            for (Mil.NamedValueType.Builder output : operation.getOutputsBuilderList()) {
                if (output.getName().equals(name)) {
                    type = output.getType();
                    output.setName(before);
                }
            }
        }
        var axes = Mil.TensorValue.newBuilder();
        axes.getIntsBuilder().addValues(0);
        var value =
                Mil.Value.newBuilder()
                        .setType(MilTypes.of(TensorType.int32(Shape.shape(1))))
                        .setImmediateValue(Mil.Value.ImmediateValue.newBuilder().setTensor(axes))
                        .build();
        block.addOperations(constant(name + "_axes", value));
        block.addOperations(
                Mil.Operation.newBuilder()
                        .setType("squeeze")
                        .putInputs("x", argument(before))
                        .putInputs("axes", argument(name + "_axes"))
                        .putAttributes("name", MilConstants.string(name))
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

    /** Makes an operation use one name in place of another. */
    static void rename(Mil.Operation.Builder operation, String from, String to) {
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

    /** Returns an operand of a name. */
    static Mil.Argument argument(String name) {
        return Mil.Argument.newBuilder()
                .addArguments(Mil.Argument.Binding.newBuilder().setName(name))
                .build();
    }

    private static Mil.Operation constant(String name, Mil.Value value) {
        return Mil.Operation.newBuilder()
                .setType(CONST)
                .putAttributes("name", MilConstants.string(name))
                .putAttributes("val", value)
                .addOutputs(Mil.NamedValueType.newBuilder().setName(name).setType(value.getType()))
                .build();
    }
}
