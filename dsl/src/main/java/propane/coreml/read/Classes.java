package propane.coreml.read;

import propane.coreml.format.ClassNames;
import propane.coreml.format.MilParts;
import propane.coreml.proto.Mil;
import propane.spi.ModelInterface.ClassLabels;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the operation that names the most probable class out of a function: what it is given, the
 * probabilities, is the output in its place.
 */
final class Classes {
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
        var kept = new ArrayList<Mil.Operation>();
        for (Mil.Operation operation : block.getOperationsList()) {
            if (operation.getType().equals(ClassNames.CLASSIFY)) {
                String place = where + ", op " + ClassNames.CLASSIFY;
                labels.put(
                        MilParts.operand(operation, "probabilities", place).getName(),
                        labels(operation, block, place));
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
        block.clearOperations().addAllOperations(withoutLabels(kept));
        block.clearOutputs().addAllOutputs(outputs);
        return labels;
    }

    /** Texts are operands of nothing else. */
    private static List<Mil.Operation> withoutLabels(List<Mil.Operation> operations) {
        return operations.stream().filter(each -> !isListOfNames(each)).toList();
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
            Mil.Operation operation, Mil.Block.Builder block, String where) {
        ClassNames classes = ClassNames.of(operation, block.getOperationsList(), where);
        if (operation.getOutputsCount() == 0) {
            throw new FormatException(where + ": has no outputs");
        }
        String last = operation.getOutputs(operation.getOutputsCount() - 1).getName();
        boolean hasBoth = operation.getOutputsCount() > 1 && block.getOutputsList().contains(last);
        return new ClassLabels(
                classes.names(),
                classes.areNumbers(),
                operation.getOutputs(0).getName(),
                hasBoth ? last : "");
    }
}
