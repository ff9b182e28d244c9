package propane.coreml.read;

import propane.coreml.format.MilTypes;
import propane.coreml.proto.Mil;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Whole numbers of fewer bits, or without a sign, which tensors here hold as int32. */
final class NarrowTypes {
    private NarrowTypes() {}

    /** Returns int32 for a type of whole numbers of 8 to 32 bits, and every other type itself. */
    static Mil.DataType widened(Mil.DataType type) {
        return switch (type) {
            case INT8, UINT8, INT16, UINT16, UINT32 -> Mil.DataType.INT32;
            default -> type;
        };
    }

    /** Returns a tensor's type with elements that tensors here can have. */
    static Mil.ValueType widened(Mil.ValueType type) {
        Mil.DataType element = type.getTensorType().getDataType();
        if (widened(element) == element) {
            return type;
        }
        var wide = type.toBuilder();
        wide.getTensorTypeBuilder().setDataType(widened(element));
        return wide.build();
    }

    /** Returns our type for one of MIL's. */
    static TensorType read(Mil.ValueType type, String where) {
        return MilTypes.read(widened(type), where);
    }

    /** Returns whether a type is a tensor all of whose axes have a length. */
    static boolean isFixed(Mil.ValueType type) {
        return type.hasTensorType() && !FlexibleInputs.isFlexible(type);
    }

    /**
     * Requires that a tensor is what a file declares; an axis of flexible length may have any.
     *
     * @throws FormatException if it is something else
     */
    static void require(Mil.ValueType declared, TensorType made, String where) {
        Mil.TensorType tensor = declared.getTensorType();
        boolean same =
                declared.hasTensorType()
                        && tensor.getRank() == tensor.getDimensionsCount()
                        && FlexibleInputs.has(declared, made.shape())
                        && MilTypes.isOurs(widened(tensor.getDataType()))
                        && MilTypes.read(widened(tensor.getDataType()), where) == made.dtype();
        if (!same) {
            throw new FormatException(
                    where + ": is declared " + MilTypes.text(declared) + ", its op makes " + made);
        }
    }

    /** Returns the bits of a type that a cast or an index may have, by MIL's name; 0 of others. */
    private static int bits(String name) {
        return switch (name) {
            case "int8", "uint8" -> 8;
            case "int16", "uint16" -> 16;
            default -> 0;
        };
    }

    /** Returns whether a type, by MIL's name, is held as int32. */
    static boolean isNarrow(String name) {
        return bits(name) > 0;
    }

    /** Returns the least number of a type. */
    static int least(String name) {
        return name.startsWith("u") ? 0 : -(1 << (bits(name) - 1));
    }

    /** Returns the greatest number of a type. */
    static int most(String name) {
        return least(name) + (1 << bits(name)) - 1;
    }

    /** Returns a tensor cast to a narrow type: cut to whole numbers, which wrap around. */
    static Tensor cast(Tensor x, String name) {
        Tensor whole = x.cast(DType.INT32);
        if (x.dtype() == DType.BOOL) {
            return whole;
        }
        return whole.sub(least(name)).mod(1 << bits(name)).add(least(name));
    }
}
