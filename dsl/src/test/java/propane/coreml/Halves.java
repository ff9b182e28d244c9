package propane.coreml;

import propane.coreml.proto.Mil;

/** Retypes a function: float16 wherever it says float32. Stored numbers stay as they are. */
final class Halves {
    private Halves() {}

    static Mil.Function of(Mil.Function function) {
        var half = function.toBuilder();
        half.getInputsBuilderList().forEach(input -> half(input.getTypeBuilder()));
        Mil.Block block = function.getBlockSpecializationsOrThrow(function.getOpset());
        var halfBlock = block.toBuilder();
        for (Mil.Operation.Builder operation : halfBlock.getOperationsBuilderList()) {
            operation.getOutputsBuilderList().forEach(output -> half(output.getTypeBuilder()));
        }
        return half.putBlockSpecializations(function.getOpset(), halfBlock.build()).build();
    }

    private static void half(Mil.ValueType.Builder type) {
        if (type.hasTensorType() && type.getTensorType().getDataType() == Mil.DataType.FLOAT32) {
            type.getTensorTypeBuilder().setDataType(Mil.DataType.FLOAT16);
        }
    }
}
