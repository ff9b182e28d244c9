package propane.coreml.check;

import propane.coreml.format.BlobType;
import propane.coreml.format.MilTypes;
import propane.coreml.format.MlPackage;
import propane.coreml.format.WeightFile;
import propane.coreml.proto.Mil;
import propane.tensor.FormatException;

import java.io.Closeable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Checks that constants have as many elements as their types say, here or in a weight file. */
final class StoredValues implements Closeable {
    private final MlPackage origin;
    private final Diagnostics faults;
    private final Map<String, WeightFile> files = new HashMap<>();

    StoredValues(MlPackage origin, Diagnostics faults) {
        this.origin = origin;
        this.faults = faults;
    }

    void check(Mil.Value value, String where) {
        if (!value.getType().hasTensorType()) {
            // Lists and dictionaries, of class labels for instance.
            return;
        }
        var type = value.getType().getTensorType();
        long elements;
        try {
            elements = MilTypes.shape(value.getType(), "").size();
        } catch (FormatException _) {
            faults.add(where, "is " + MilTypes.text(value.getType()) + ", no constant's type");
            return;
        }
        switch (value.getValueCase()) {
            case BLOBFILEVALUE ->
                    blob(value.getBlobFileValue(), type.getDataType(), elements, where);
            case IMMEDIATEVALUE ->
                    immediate(
                            value.getImmediateValue().getTensor(),
                            type.getDataType(),
                            elements,
                            where);
            case VALUE_NOT_SET -> faults.add(where, "has no value");
        }
    }

    private void blob(
            Mil.Value.BlobFileValue place, Mil.DataType type, long elements, String where) {
        try {
            var file = files.computeIfAbsent(place.getFileName(), origin::weights);
            WeightFile.Blob blob = file.blob(place.getOffset());
            faults.require(
                    blob.type().holds(type) && blob.bytes() == blob.type().bytes(elements),
                    where,
                    "is of "
                            + elements
                            + " "
                            + MilTypes.name(type)
                            + ", the blob at "
                            + place.getOffset()
                            + " holds "
                            + blob.bytes()
                            + " bytes of "
                            + blob.type());
        } catch (FormatException e) {
            faults.add(where, e.getMessage());
        }
    }

    private void immediate(Mil.TensorValue tensor, Mil.DataType type, long elements, String where) {
        long stored;
        boolean fits;
        switch (tensor.getValueCase()) {
            case FLOATS -> {
                stored = tensor.getFloats().getValuesCount();
                fits = type == Mil.DataType.FLOAT32;
            }
            case DOUBLES -> {
                stored = tensor.getDoubles().getValuesCount();
                fits = type == Mil.DataType.FLOAT64;
            }
            case INTS -> {
                stored = tensor.getInts().getValuesCount();
                fits =
                        type == Mil.DataType.INT32
                                || type == Mil.DataType.INT16
                                || type == Mil.DataType.UINT16;
            }
            case LONGINTS -> {
                stored = tensor.getLongInts().getValuesCount();
                fits = type == Mil.DataType.INT64 || type == Mil.DataType.UINT64;
            }
            case BOOLS -> {
                stored = tensor.getBools().getValuesCount();
                fits = type == Mil.DataType.BOOL;
            }
            case STRINGS -> {
                stored = tensor.getStrings().getValuesCount();
                fits = type == Mil.DataType.STRING;
            }
            case BYTES -> {
                long bytes = tensor.getBytes().getValues().size();
                var packed =
                        Arrays.stream(BlobType.values())
                                .filter(each -> each.holds(type))
                                .findFirst();
                fits = packed.isPresent();
                // Bytes are counted as elements where they are as many as these need.
                stored = fits && packed.get().bytes(elements) == bytes ? elements : bytes;
            }
            default -> {
                stored = 0;
                fits = true;
            }
        }
        faults.require(
                fits && stored == elements,
                where,
                "is of "
                        + elements
                        + " "
                        + MilTypes.name(type)
                        + ", has "
                        + stored
                        + " as "
                        + tensor.getValueCase());
    }

    @Override
    public void close() {
        files.values().forEach(WeightFile::close);
    }
}
