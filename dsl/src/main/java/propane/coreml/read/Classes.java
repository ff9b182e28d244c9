package propane.coreml.read;

import propane.coreml.format.MilParts;
import propane.coreml.proto.Mil;
import propane.spi.ModelInterface.ClassLabels;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the operation that names the most probable class out of a function: what it is given, the
 * probabilities, is the output in its place.
 */
final class Classes {
    private static final String CLASSIFY = "classify";

    private Classes() {}

    /**
     * Changes a function's body.
     *
     * @param where the file and function, for messages
     * @return the classes by the names of the outputs that tell of them
     * @throws FormatException if the operation is broken
     */
    static Map<String, ClassLabels> taken(Mil.Block.Builder block, String where) {
        Map<String, ClassLabels> labels = new LinkedHashMap<>();
        Map<String, Mil.Value> constants = new HashMap<>();
        var kept = new ArrayList<Mil.Operation>();
        for (Mil.Operation operation : block.getOperationsList()) {
            if (operation.getType().equals(MilParts.CONST) && operation.getOutputsCount() == 1) {
                constants.put(
                        operation.getOutputs(0).getName(),
                        operation.getAttributesOrDefault("val", Mil.Value.getDefaultInstance()));
            }
            if (operation.getType().equals(CLASSIFY)) {
                String place = where + ", op " + CLASSIFY;
                labels.put(
                        binding(operation, "probabilities", place).getName(),
                        labels(operation, block, constants, place));
            } else {
                kept.add(operation);
            }
        }
        if (labels.isEmpty()) {
            return labels;
        }
        var outputs = new ArrayList<>(block.getOutputsList());
        labels.forEach((probabilities, told) -> {
            int at = outputs.indexOf(told.label());
            outputs.removeAll(List.of(told.label(), told.probabilities()));
            if (!outputs.contains(probabilities)) {
                outputs.add(Math.clamp(at, 0, outputs.size()), probabilities);
            }
        });
        block.clearOperations().addAllOperations(withoutLabels(kept, labels));
        block.clearOutputs().addAllOutputs(outputs);
        return labels;
    }

    /** Texts are operands of nothing else. */
    private static List<Mil.Operation> withoutLabels(
            List<Mil.Operation> operations, Map<String, ClassLabels> labels) {
        return labels.isEmpty()
                ? operations
                : operations.stream().filter(each -> !isListOfNames(each)).toList();
    }

    private static boolean isListOfNames(Mil.Operation operation) {
        if (!operation.getType().equals(MilParts.CONST) || operation.getOutputsCount() != 1) {
            return false;
        }
        var type = operation.getOutputs(0).getType();
        return type.hasListType()
                || type.getTensorType().getRank() == 1
                        && (type.getTensorType().getDataType() == Mil.DataType.STRING
                                || type.getTensorType().getDataType() == Mil.DataType.INT64);
    }

    private static ClassLabels labels(
            Mil.Operation operation,
            Mil.Block.Builder block,
            Map<String, Mil.Value> constants,
            String where) {
        Mil.Argument.Binding bound = binding(operation, "classes", where);
        Mil.Value value =
                bound.hasValue()
                        ? bound.getValue()
                        : constants.getOrDefault(bound.getName(), Mil.Value.getDefaultInstance());
        if (operation.getOutputsCount() == 0) {
            throw new FormatException(where + ": has no outputs");
        }
        var names = new ArrayList<String>();
        boolean areNumbers = names(value, names, where);
        String last = operation.getOutputs(operation.getOutputsCount() - 1).getName();
        boolean hasBoth = operation.getOutputsCount() > 1 && block.getOutputsList().contains(last);
        return new ClassLabels(
                names, areNumbers, operation.getOutputs(0).getName(), hasBoth ? last : "");
    }

    /** Adds the names of a constant; returns whether they are numbers. */
    private static boolean names(Mil.Value value, List<String> to, String where) {
        var immediate = value.getImmediateValue();
        if (immediate.hasList()) {
            boolean areNumbers = true;
            for (Mil.Value each : immediate.getList().getValuesList()) {
                areNumbers &= names(each, to, where);
            }
            return areNumbers;
        }
        var tensor = immediate.getTensor();
        switch (tensor.getValueCase()) {
            case STRINGS -> to.addAll(tensor.getStrings().getValuesList());
            case LONGINTS ->
                    tensor.getLongInts().getValuesList().forEach(each -> to.add("" + each));
            case INTS -> tensor.getInts().getValuesList().forEach(each -> to.add("" + each));
            default ->
                    throw new FormatException(
                            where + ", classes: must be constant texts or whole numbers");
        }
        return !tensor.hasStrings();
    }

    private static Mil.Argument.Binding binding(
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
