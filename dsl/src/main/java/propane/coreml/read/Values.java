package propane.coreml.read;

import propane.coreml.format.MilTypes;
import propane.coreml.format.MlPackage;
import propane.coreml.format.WeightFile;
import propane.coreml.proto.Mil;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads values that are known, from the program itself and from the weight files it names. */
final class Values implements Closeable {
    /** Ranges and the like may be made of nothing. */
    private static final long FREELY_MADE = 1 << 22;

    /** A byte may hold eight numbers, which several operations unpack one after the other. */
    private static final long MADE_OF_A_BYTE = 64;

    private final MlPackage origin;
    private final Map<String, WeightFile> files = new LinkedHashMap<>();
    private final long modelBytes;
    private long made;

    /**
     * Reads the values of a package.
     *
     * @param modelBytes how many bytes its model's file has
     */
    Values(MlPackage origin, long modelBytes) {
        this.origin = origin;
        this.modelBytes = modelBytes;
    }

    /** Begins another function, which may unpack the same weights again. */
    void begin() {
        made = 0;
    }

    /**
     * Counts elements that are to be unpacked or made, before there are any.
     *
     * @param where the file and field, for messages
     * @throws FormatException if they are more than files of this size can mean
     */
    void expand(long elements, String where) {
        made += elements;
        long bytes = modelBytes;
        for (WeightFile file : files.values()) {
            bytes += file.length();
        }
        if (made > FREELY_MADE + MADE_OF_A_BYTE * bytes) {
            throw new FormatException(
                    where
                            + ": of the "
                            + bytes
                            + " bytes of the package "
                            + made
                            + " numbers would be made; no weights are packed so tightly");
        }
    }

    /**
     * Returns a string.
     *
     * @param where the file and field, for messages
     * @throws FormatException if the value is no string without axes
     */
    static String string(Mil.Value value, String where) {
        var strings = value.getImmediateValue().getTensor().getStrings();
        if (!isString(value) || strings.getValuesCount() != 1) {
            throw new FormatException(
                    where + ": is " + MilTypes.text(value.getType()) + ", must be one string");
        }
        return strings.getValues(0);
    }

    /** Returns whether a value is of strings. */
    static boolean isString(Mil.Value value) {
        return value.getType().getTensorType().getDataType() == Mil.DataType.STRING;
    }

    /** Returns a value without sign as one with a sign, the same bits. */
    static Mil.Value signed(Mil.Value value) {
        if (value.getType().getTensorType().getDataType() != Mil.DataType.UINT32) {
            return value;
        }
        var signed = value.toBuilder();
        signed.getTypeBuilder().getTensorTypeBuilder().setDataType(Mil.DataType.INT32);
        return signed.build();
    }

    /**
     * Returns an array.
     *
     * @param where the file and field, for messages
     * @throws FormatException if the value is no array of ours, or has not as many elements as its
     *     type says
     */
    NDArray array(Mil.Value value, String where) {
        Mil.DataType element = value.getType().getTensorType().getDataType();
        if (NarrowTypes.widened(element) != element) {
            RawConstants numbers = numbers(value, where);
            return NDArray.of(numbers.elements(), new TensorType(DType.INT32, numbers.shape()));
        }
        TensorType type = MilTypes.read(value.getType(), where);
        return switch (value.getValueCase()) {
            case BLOBFILEVALUE -> blob(value.getBlobFileValue(), type, where);
            case IMMEDIATEVALUE -> immediate(value.getImmediateValue().getTensor(), type, where);
            case VALUE_NOT_SET -> throw new FormatException(where + ": has no value");
        };
    }

    /**
     * Returns numbers of whatever type.
     *
     * @param where the file and field, for messages
     * @throws FormatException if the value is none, or has not as many elements as its type says
     */
    RawConstants numbers(Mil.Value value, String where) {
        Mil.DataType type = value.getType().getTensorType().getDataType();
        Shape shape = MilTypes.shape(value.getType(), where);
        if (value.hasBlobFileValue()) {
            file(value.getBlobFileValue());
        }
        expand(shape.size(), where);
        if (!RawConstants.isWhole(type) || type == Mil.DataType.INT32) {
            return new RawConstants(array(value, where).doubles(), shape, type);
        }
        var stored = value.getImmediateValue().getTensor();
        if (value.hasImmediateValue() && stored.hasInts()) {
            var ints = stored.getInts().getValuesList();
            double[] all = ints.stream().mapToDouble(each -> each).toArray();
            require(all.length == shape.size(), where, all.length + " numbers", shape);
            return new RawConstants(all, shape, type);
        }
        byte[] bytes =
                value.hasBlobFileValue()
                        ? file(value.getBlobFileValue())
                                .bytes(value.getBlobFileValue().getOffset(), type)
                        : stored.getBytes().getValues().toByteArray();
        long needed = Math.ceilDiv((long) shape.size() * RawConstants.bits(type), 8L);
        require(bytes.length == needed, where, bytes.length + " bytes", shape);
        return new RawConstants(RawConstants.unpacked(bytes, shape.size(), type), shape, type);
    }

    private static void require(boolean fits, String where, String what, Shape shape) {
        if (!fits) {
            throw new FormatException(where + ": there are " + what + " for " + shape);
        }
    }

    private WeightFile file(Mil.Value.BlobFileValue place) {
        return files.computeIfAbsent(place.getFileName(), origin::weights);
    }

    private NDArray blob(Mil.Value.BlobFileValue place, TensorType type, String where) {
        WeightFile file = file(place);
        try {
            return file.array(place.getOffset(), type);
        } catch (FormatException e) {
            throw new FormatException(e.getMessage() + " (for " + where + ")", e);
        }
    }

    private static NDArray immediate(Mil.TensorValue tensor, TensorType type, String where) {
        int size = type.shape().size();
        return switch (tensor.getValueCase()) {
            case FLOATS -> {
                check(tensor.getFloats().getValuesCount(), size, type, where);
                float[] all = new float[size];
                for (int i = 0; i < size; i++) {
                    all[i] = tensor.getFloats().getValues(i);
                }
                yield typed(NDArray.of(all, type.shape()), type, where);
            }
            case INTS -> {
                check(tensor.getInts().getValuesCount(), size, type, where);
                int[] all = new int[size];
                for (int i = 0; i < size; i++) {
                    all[i] = tensor.getInts().getValues(i);
                }
                yield typed(NDArray.of(all, type.shape()), type, where);
            }
            case BOOLS -> {
                check(tensor.getBools().getValuesCount(), size, type, where);
                boolean[] all = new boolean[size];
                for (int i = 0; i < size; i++) {
                    all[i] = tensor.getBools().getValues(i);
                }
                yield typed(NDArray.of(all, type.shape()), type, where);
            }
            case BYTES -> {
                byte[] bytes = tensor.getBytes().getValues().toByteArray();
                check(bytes.length, type.bytes(), type, where);
                yield bytes(bytes, type);
            }
            // An empty array may lack its wrapper on the wire.
            case VALUE_NOT_SET -> {
                check(0, size, type, where);
                yield NDArray.of(new double[0], type);
            }
            default ->
                    throw new FormatException(
                            where
                                    + ": "
                                    + tensor.getValueCase()
                                    + " cannot be elements of "
                                    + type);
        };
    }

    private static NDArray typed(NDArray array, TensorType type, String where) {
        if (array.dtype() != type.dtype()) {
            throw new FormatException(
                    where + ": elements are stored as " + array.dtype().mil() + ", typed " + type);
        }
        return array;
    }

    private static NDArray bytes(byte[] bytes, TensorType type) {
        try {
            return NDArray.readFrom(new DataInputStream(new ByteArrayInputStream(bytes)), type);
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    private static void check(long stored, long wanted, TensorType type, String where) {
        if (stored != wanted) {
            throw new FormatException(
                    where + ": " + type + " needs " + wanted + " values, there are " + stored);
        }
    }

    @Override
    public void close() {
        files.values().forEach(WeightFile::close);
    }
}
