package propane.coreml.format;

import propane.coreml.proto.ArrayFeatureType;
import propane.coreml.proto.Mil;
import propane.reading.Bounds;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Locale;
import java.util.stream.Collectors;

/** Our types and MIL's. */
public final class MilTypes {
    /** Core ML takes no tensor of more axes. */
    public static final int MOST_AXES = 5;

    private MilTypes() {}

    static Mil.DataType dataType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> Mil.DataType.FLOAT32;
            case FLOAT16 -> Mil.DataType.FLOAT16;
            case INT32 -> Mil.DataType.INT32;
            case BOOL -> Mil.DataType.BOOL;
        };
    }

    /** Returns what MIL calls a type. */
    public static Mil.ValueType of(TensorType type) {
        var tensor =
                Mil.TensorType.newBuilder()
                        .setDataType(dataType(type.dtype()))
                        .setRank(type.shape().rank());
        for (int dim : type.shape().dims()) {
            tensor.addDimensions(
                    Mil.Dimension.newBuilder()
                            .setConstant(
                                    Mil.Dimension.ConstantDimension.newBuilder().setSize(dim)));
        }
        return Mil.ValueType.newBuilder().setTensorType(tensor).build();
    }

    /** Returns a type without axes. */
    public static Mil.ValueType scalar(Mil.DataType dataType) {
        return Mil.ValueType.newBuilder()
                .setTensorType(Mil.TensorType.newBuilder().setDataType(dataType))
                .build();
    }

    /**
     * Returns our type for one of MIL's.
     *
     * @param where the file and field, for messages
     * @throws FormatException if it is no tensor of fixed axes and of one of our element types
     */
    public static TensorType read(Mil.ValueType type, String where) {
        Shape shape = shape(type, where);
        return new TensorType(read(type.getTensorType().getDataType(), where), shape);
    }

    /** Returns the shape of one of MIL's types, whatever its elements are. */
    public static Shape shape(Mil.ValueType type, String where) {
        if (!type.hasTensorType()) {
            throw new FormatException(where, "is " + text(type) + ", must be a tensor");
        }
        var tensor = type.getTensorType();
        if (tensor.getRank() != tensor.getDimensionsCount()) {
            throw new FormatException(
                    where,
                    "field rank is "
                            + tensor.getRank()
                            + ", there are "
                            + tensor.getDimensionsCount()
                            + " dimensions");
        }
        var dims = new ArrayList<Long>();
        for (Mil.Dimension dimension : tensor.getDimensionsList()) {
            if (!dimension.hasConstant()) {
                throw new FormatException(
                        where, "has an axis of flexible length; only fixed ones can be read");
            }
            dims.add(dimension.getConstant().getSize());
        }
        return Bounds.shape(dims, where);
    }

    /** Returns whether elements of a type can be those of a tensor here. */
    public static boolean isOurs(Mil.DataType type) {
        return switch (type) {
            case FLOAT32, FLOAT16, INT32, BOOL -> true;
            default -> false;
        };
    }

    /** Returns our element type for one of MIL's. */
    public static DType read(Mil.DataType type, String where) {
        return switch (type) {
            case FLOAT32 -> DType.FLOAT32;
            case FLOAT16 -> DType.FLOAT16;
            case INT32 -> DType.INT32;
            case BOOL -> DType.BOOL;
            default ->
                    throw new FormatException(
                            where,
                            "elements are "
                                    + name(type)
                                    + "; can be read: fp32, fp16, int32, bool");
        };
    }

    /** Returns the element type of a model's array that stands for elements of ours. */
    public static ArrayFeatureType.ArrayDataType arrayType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> ArrayFeatureType.ArrayDataType.FLOAT32;
            case FLOAT16 -> ArrayFeatureType.ArrayDataType.FLOAT16;
            case INT32 -> ArrayFeatureType.ArrayDataType.INT32;
            case BOOL -> throw new IllegalArgumentException("no array of truth values");
        };
    }

    /** Returns the name of an element type as MIL's text has it. */
    public static String name(Mil.DataType type) {
        return switch (type) {
            case FLOAT16 -> "fp16";
            case FLOAT32 -> "fp32";
            case FLOAT64 -> "fp64";
            case BFLOAT16 -> "bf16";
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }

    /** Returns a type as text, for example {@code fp16[1, 3, ?]}. */
    public static String text(Mil.ValueType type) {
        return switch (type.getTypeCase()) {
            case TENSORTYPE ->
                    name(type.getTensorType().getDataType())
                            + type.getTensorType().getDimensionsList().stream()
                                    .map(MilTypes::text)
                                    .collect(Collectors.joining(", ", "[", "]"));
            case STATETYPE -> "state of " + text(type.getStateType().getWrappedType());
            case LISTTYPE -> "list of " + text(type.getListType().getType());
            case TUPLETYPE -> "tuple";
            case DICTIONARYTYPE -> "dictionary";
            case TYPE_NOT_SET -> "no type";
        };
    }

    private static String text(Mil.Dimension dimension) {
        return dimension.hasConstant()
                ? Long.toUnsignedString(dimension.getConstant().getSize())
                : "?";
    }
}
