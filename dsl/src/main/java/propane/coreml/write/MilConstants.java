package propane.coreml.write;

import com.google.protobuf.ByteString;

import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.StoredWeight;
import propane.coreml.format.WeightFile;
import propane.coreml.format.WeightFileWriter;
import propane.coreml.lowering.ConstantPorts;
import propane.coreml.proto.Mil;
import propane.spi.op.MilEnum;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes values that are known: short ones into the program, long ones into the weight file. */
final class MilConstants {
    /** From so many elements on a value goes to the weight file. */
    private static final int LONG = 10;

    private final WeightFileWriter weights;
    private final HeldWeights held;
    private final Map<String, StoredWeight> stored = new LinkedHashMap<>();

    /**
     * The element types in which numbers are written.
     *
     * @param fractions of fractions
     * @param wholes of whole numbers, INT32 or UINT32
     */
    record Form(DType fractions, Mil.DataType wholes) {
        /** As they are in Java. */
        static final Form PLAIN = new Form(DType.FLOAT32, Mil.DataType.INT32);
    }

    MilConstants(WeightFileWriter weights, HeldWeights held) {
        this.weights = weights;
        this.held = held;
    }

    /** Returns the ports whose values are held. */
    ConstantPorts held() {
        return held.ports();
    }

    /** Returns the value that is held at a port; functions that read one port share it. */
    Mil.Value held(Port port) throws IOException {
        if (!stored.containsKey(port.name())) {
            long offset = weights.addAlone(held.value(port));
            stored.put(port.name(), new StoredWeight(offset, port.type()));
        }
        return blob(MilTypes.of(port.type()), stored.get(port.name()).offset());
    }

    /** Returns where the values that were asked for stand. */
    Map<String, StoredWeight> stored() {
        return Collections.unmodifiableMap(stored);
    }

    /**
     * Returns the value of one component of an op's record.
     *
     * @param value a number, truth value, string, enum constant, element type, shape, array, or a
     *     list of numbers or truth values
     * @param form the element types it is written in
     */
    Mil.Value component(Object value, Form form) throws IOException {
        return switch (value) {
            case MilEnum constant -> MilParts.string(constant.mil());
            case DType dtype -> MilParts.string(dtype.mil());
            case String text -> MilParts.string(text);
            case NDArray array -> array(array);
            case Shape shape -> numbers(list(shape.dims(), form), form);
            case List<?> list -> numbers(list(list, form), form);
            default -> numbers(list(List.of(value), form).reshape(), form);
        };
    }

    private static NDArray list(List<?> values, Form form) {
        double[] elements = new double[values.size()];
        DType dtype = DType.INT32;
        for (int i = 0; i < elements.length; i++) {
            switch (values.get(i)) {
                case Integer number -> elements[i] = number;
                case Float number -> {
                    elements[i] = number;
                    dtype = form.fractions();
                }
                case Boolean truth -> {
                    elements[i] = truth ? 1 : 0;
                    dtype = DType.BOOL;
                }
                default -> throw new AssertionError("no constant of MIL: " + values.get(i));
            }
        }
        return NDArray.of(elements, new TensorType(dtype, Shape.shape(elements.length)));
    }

    private Mil.Value numbers(NDArray array, Form form) throws IOException {
        if (array.dtype() != DType.INT32 || form.wholes() == Mil.DataType.INT32) {
            return array(array);
        }
        // The bits are the same, only where they stand and how they are typed is not.
        var type = MilTypes.of(array.type()).toBuilder();
        type.getTensorTypeBuilder().setDataType(form.wholes());
        var tensor = Mil.TensorValue.newBuilder();
        tensor.getBytesBuilder().setValues(bytes(array));
        return MilParts.immediate(type.build(), tensor);
    }

    /** Returns the value of an array. */
    Mil.Value array(NDArray array) throws IOException {
        Mil.ValueType type = MilTypes.of(array.type());
        if (array.size() < LONG || array.dtype() == DType.BOOL) {
            return MilParts.immediate(type, tensor(array));
        }
        return blob(type, weights.add(array));
    }

    private static Mil.Value blob(Mil.ValueType type, long offset) {
        var place =
                Mil.Value.BlobFileValue.newBuilder()
                        .setFileName(WeightFile.PLACE)
                        .setOffset(offset);
        return Mil.Value.newBuilder().setType(type).setBlobFileValue(place).build();
    }

    private static Mil.TensorValue.Builder tensor(NDArray array) throws IOException {
        var tensor = Mil.TensorValue.newBuilder();
        switch (array.dtype()) {
            case FLOAT32 -> {
                var floats = tensor.getFloatsBuilder();
                for (float element : array.floats()) {
                    floats.addValues(element);
                }
            }
            case INT32 -> {
                var ints = tensor.getIntsBuilder();
                for (int element : array.ints()) {
                    ints.addValues(element);
                }
            }
            case BOOL -> {
                var bools = tensor.getBoolsBuilder();
                for (int i = 0; i < array.size(); i++) {
                    bools.addValues(array.at(i) != 0);
                }
            }
            case FLOAT16 -> tensor.getBytesBuilder().setValues(bytes(array));
        }
        return tensor;
    }

    private static ByteString bytes(NDArray array) throws IOException {
        var bytes = ByteString.newOutput();
        array.writeTo(bytes);
        return bytes.toByteString();
    }
}
