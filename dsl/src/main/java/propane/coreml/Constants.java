package propane.coreml;

import com.google.protobuf.ByteString;

import propane.coreml.proto.Mil;
import propane.tensor.DType;
import propane.tensor.MilEnum;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.util.List;

/** Writes values that are known: short ones into the program, long ones into the weight file. */
final class Constants {
    /** How a program names the weight file that lies beside it. */
    static final String WEIGHT_FILE = "@model_path/weights/weight.bin";

    /** From so many elements on a value goes to the weight file. */
    private static final int LONG = 10;

    private final WeightFileWriter weights;

    Constants(WeightFileWriter weights) {
        this.weights = weights;
    }

    /**
     * Returns the value of one component of an op's record.
     *
     * @param value a number, truth value, string, enum constant, element type, shape, array, or a
     *     list of numbers or truth values
     * @param floats the element type in which fractions are written
     */
    Mil.Value component(Object value, DType floats) throws IOException {
        return switch (value) {
            case MilEnum constant -> string(constant.mil());
            case DType dtype -> string(dtype.mil());
            case String text -> string(text);
            case NDArray array -> array(array);
            case Shape shape -> array(list(shape.dims(), floats));
            case List<?> list -> array(list(list, floats));
            default -> array(list(List.of(value), floats).reshape());
        };
    }

    private static NDArray list(List<?> values, DType floats) {
        double[] elements = new double[values.size()];
        DType dtype = DType.INT32;
        for (int i = 0; i < elements.length; i++) {
            switch (values.get(i)) {
                case Integer number -> elements[i] = number;
                case Float number -> {
                    elements[i] = number;
                    dtype = floats;
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

    /** Returns a string without axes. */
    static Mil.Value string(String text) {
        var strings = Mil.TensorValue.RepeatedStrings.newBuilder().addValues(text);
        return immediate(
                MilTypes.scalar(Mil.DataType.STRING),
                Mil.TensorValue.newBuilder().setStrings(strings));
    }

    /** Returns the value of an array. */
    Mil.Value array(NDArray array) throws IOException {
        Mil.ValueType type = MilTypes.of(array.type());
        if (array.size() < LONG || array.dtype() == DType.BOOL) {
            return immediate(type, tensor(array));
        }
        var place =
                Mil.Value.BlobFileValue.newBuilder()
                        .setFileName(WEIGHT_FILE)
                        .setOffset(weights.add(array));
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
            case FLOAT16 -> {
                var bytes = ByteString.newOutput();
                Elements.write(array, (piece, count) -> bytes.write(piece, 0, count));
                tensor.getBytesBuilder().setValues(bytes.toByteString());
            }
        }
        return tensor;
    }

    private static Mil.Value immediate(Mil.ValueType type, Mil.TensorValue.Builder tensor) {
        return Mil.Value.newBuilder()
                .setType(type)
                .setImmediateValue(Mil.Value.ImmediateValue.newBuilder().setTensor(tensor))
                .build();
    }
}
