package propane.coreml.read;

import propane.coreml.format.MilTypes;
import propane.coreml.proto.Mil;
import propane.tensor.Shape;

/**
 * Numbers as a package stores them, of types that tensors here cannot have, too.
 *
 * @param elements the numbers, row-major
 * @param shape their shape
 * @param type their type in MIL
 */
record RawConstants(double[] elements, Shape shape, Mil.DataType type) {
    /** Returns the bits of one element of a type of whole numbers. */
    static int bits(Mil.DataType type) {
        return switch (type) {
            case UINT1 -> 1;
            case UINT2 -> 2;
            case UINT3 -> 3;
            case INT4, UINT4 -> 4;
            case UINT6 -> 6;
            case INT8, UINT8 -> 8;
            case INT16, UINT16 -> 16;
            case INT32, UINT32 -> 32;
            default ->
                    throw new IllegalArgumentException("no whole numbers: " + MilTypes.name(type));
        };
    }

    /** Returns whether a type is of whole numbers, packed or not. */
    static boolean isWhole(Mil.DataType type) {
        return switch (type) {
            case UINT1, UINT2, UINT3, INT4, UINT4, UINT6, INT8, UINT8 -> true;
            case INT16, UINT16, INT32, UINT32 -> true;
            default -> false;
        };
    }

    private static boolean isSigned(Mil.DataType type) {
        return switch (type) {
            case INT4, INT8, INT16, INT32 -> true;
            default -> false;
        };
    }

    /** Returns whole numbers that lie one after another, the lowest bits first. */
    static double[] unpacked(byte[] bytes, int count, Mil.DataType type) {
        return unpacked(bytes, count, bits(type), isSigned(type));
    }

    /** Returns whole numbers of so many bits each. */
    static double[] unpacked(byte[] bytes, int count, int bits, boolean isSigned) {
        double[] all = new double[count];
        for (int i = 0; i < count; i++) {
            long value = 0;
            long first = (long) i * bits;
            for (int bit = 0; bit < bits; bit++) {
                long at = first + bit;
                value |= (long) (bytes[(int) (at >> 3)] >> (at & 7) & 1) << bit;
            }
            boolean isNegative = isSigned && value >> (bits - 1) != 0;
            all[i] = isNegative ? value - (1L << bits) : value;
        }
        return all;
    }

    /** Returns the index of an element in an array whose lengths are parts of those of this one. */
    int block(int element, Shape lengths) {
        int at = 0;
        int[] strides = shape.strides();
        for (int axis = 0; axis < shape.rank(); axis++) {
            int place = element / strides[axis] % shape.dim(axis);
            int block = shape.dim(axis) / lengths.dim(axis);
            at = at * lengths.dim(axis) + place / block;
        }
        return at;
    }
}
