package propane.coreml.check;

import propane.coreml.format.MilTypes;
import propane.coreml.format.Opset;
import propane.coreml.format.PackagePorts;
import propane.coreml.proto.ArrayFeatureType;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.FunctionDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.proto.ModelDescription;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that a model's description says what its functions take and give. */
final class DescriptionChecker {
    private final Model model;
    private final Diagnostics faults;

    DescriptionChecker(Model model, Diagnostics faults) {
        this.model = model;
        this.faults = faults;
    }

    void check() {
        ModelDescription description = model.getDescription();
        Map<String, Mil.Function> functions = model.getMlProgram().getFunctionsMap();
        faults.require(!model.getIsUpdatable(), "field isUpdatable", "no ML Program may be so");
        if (description.getFunctionsCount() == 0) {
            faults.require(
                    functions.keySet().equals(Set.of(PackagePorts.ONLY)),
                    "description",
                    "tells of the only function main, there are " + functions.keySet());
            var inputs = new ArrayList<>(description.getInputList());
            inputs.addAll(description.getStateList());
            check(PackagePorts.ONLY, inputs, description.getOutputList());
            return;
        }
        faults.require(
                description.getInputCount()
                                + description.getOutputCount()
                                + description.getStateCount()
                        == 0,
                "description",
                "has functions, and inputs, outputs or states beside them");
        var described = new HashSet<String>();
        for (FunctionDescription function : description.getFunctionsList()) {
            described.add(function.getName());
            var inputs = new ArrayList<>(function.getInputList());
            inputs.addAll(function.getStateList());
            check(function.getName(), inputs, function.getOutputList());
        }
        faults.require(
                described.equals(functions.keySet())
                        && described.size() == description.getFunctionsCount(),
                "description",
                "tells of the functions " + described + ", there are " + functions.keySet());
        faults.require(
                described.contains(description.getDefaultFunctionName()),
                "field defaultFunctionName",
                "is \"" + description.getDefaultFunctionName() + "\", no function");
    }

    private void check(
            String name, List<FeatureDescription> inputs, List<FeatureDescription> outputs) {
        Mil.Function function = model.getMlProgram().getFunctionsMap().get(name);
        if (function == null) {
            return;
        }
        Map<String, Mil.ValueType> taken = new HashMap<>();
        function.getInputsList().forEach(input -> taken.put(input.getName(), input.getType()));
        match("function " + name + ", input ", inputs, taken);
        var block =
                function.getBlockSpecializationsOrDefault(
                        function.getOpset(), Mil.Block.getDefaultInstance());
        Map<String, Mil.ValueType> made = new HashMap<>(taken);
        for (Mil.Operation operation : block.getOperationsList()) {
            operation.getOutputsList().forEach(each -> made.put(each.getName(), each.getType()));
        }
        made.keySet().retainAll(new HashSet<>(block.getOutputsList()));
        match("function " + name + ", output ", outputs, made);
    }

    private void match(
            String where, List<FeatureDescription> features, Map<String, Mil.ValueType> real) {
        var left = new HashSet<>(real.keySet());
        for (FeatureDescription feature : features) {
            String name = feature.getName();
            if (!left.remove(name)) {
                faults.add(
                        where + name,
                        real.containsKey(name)
                                ? "is described twice"
                                : "is described, the function has none of that name");
            } else {
                type(where + name, feature, real.get(name));
            }
        }
        left.forEach(name -> faults.add(where + name, "is not described"));
    }

    private void type(String where, FeatureDescription feature, Mil.ValueType real) {
        ArrayFeatureType array =
                feature.getType().hasStateType()
                        ? feature.getType().getStateType().getArrayType()
                        : feature.getType().getMultiArrayType();
        if (!feature.getType().hasMultiArrayType() && !feature.getType().hasStateType()) {
            // Images, strings and dictionaries have types of their own in the program.
            return;
        }
        Mil.ValueType wrapped = real.hasStateType() ? real.getStateType().getWrappedType() : real;
        Mil.TensorType tensor = wrapped.getTensorType();
        faults.require(
                isSame(array.getDataType(), tensor.getDataType()),
                where,
                "is described as " + array.getDataType() + ", is " + MilTypes.text(wrapped));
        faults.require(
                array.getDataType() != ArrayFeatureType.ArrayDataType.FLOAT16
                        || model.getSpecificationVersion() >= Opset.CORE_ML_6.specification(),
                where,
                "is FLOAT16, which the version of the file does not have");
        boolean fixed = tensor.getDimensionsList().stream().allMatch(Mil.Dimension::hasConstant);
        var shape =
                tensor.getDimensionsList().stream()
                        .map(dim -> dim.getConstant().getSize())
                        .toList();
        faults.require(
                !fixed || array.getShapeList().equals(shape),
                where,
                "is described as " + array.getShapeList() + ", is " + MilTypes.text(wrapped));
    }

    private static boolean isSame(ArrayFeatureType.ArrayDataType described, Mil.DataType real) {
        return switch (described) {
            case FLOAT16 -> real == Mil.DataType.FLOAT16;
            case FLOAT32 -> real == Mil.DataType.FLOAT32;
            case DOUBLE -> real == Mil.DataType.FLOAT64 || real == Mil.DataType.FLOAT32;
            case INT32 -> real == Mil.DataType.INT32;
            case INT8 -> real == Mil.DataType.INT8;
            case INVALID_ARRAY_DATA_TYPE, UNRECOGNIZED -> false;
        };
    }
}
