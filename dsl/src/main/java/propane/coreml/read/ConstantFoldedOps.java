package propane.coreml.read;

import propane.coreml.format.MilTypes;
import propane.coreml.proto.Mil;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads operations whose results are known before a program runs, since all shapes are: they become
 * constants, or a reshape.
 */
final class ConstantFoldedOps {
    private static final Set<String> NAMES =
            Set.of(
                    "shape",
                    "range_1d",
                    "reshape_like",
                    "constexpr_affine_dequantize",
                    "constexpr_blockwise_shift_scale",
                    "constexpr_cast",
                    "constexpr_lut_to_dense",
                    "constexpr_lut_to_sparse",
                    "constexpr_sparse_blockwise_shift_scale",
                    "constexpr_sparse_to_dense");

    private final Operands operands;
    private final Values values;
    private final Map<String, RawConstants> found = new HashMap<>();

    ConstantFoldedOps(Operands operands, Values values) {
        this.operands = operands;
        this.values = values;
    }

    /** Returns whether results of an operation are known when it is read. */
    static boolean isKnown(String operation) {
        return NAMES.contains(operation);
    }

    /**
     * Reads an operation.
     *
     * @param where the file and field, for messages
     * @throws FormatException if an operand is missing, not known, or does not fit
     */
    void read(Mil.Operation operation, String where) {
        switch (operation.getType()) {
            case "shape" -> {
                Shape shape = operands.operand(operation, "x", where).shape();
                double[] dims = shape.dims().stream().mapToDouble(dim -> dim).toArray();
                put(operation, where, whole(dims, Shape.shape(dims.length)));
            }
            case "range_1d" -> put(operation, where, range(operation, where));
            case "reshape_like" -> reshape(operation, where);
            case "constexpr_cast" -> {
                RawConstants from = numbers(operation, "source_val", where);
                put(operation, where, typed(from, Mil.DataType.FLOAT32));
            }
            case "constexpr_affine_dequantize" -> {
                RawConstants data = numbers(operation, "quantized_data", where);
                int axis = axis(operation, "axis", where);
                RawConstants zero = numbers(operation, "zero_point", where);
                RawConstants scale = along(operation, "scale", data, axis, where);
                RawConstants zeros = CompressedWeights.along(zero, data.shape(), axis, where);
                // Of scale and zero point one may be a number, and the other one for each place.
                RawConstants each = zeros.elements().length > 1 ? zeros : scale;
                put(
                        operation,
                        where,
                        CompressedWeights.scaled(
                                data,
                                stretched(scale, each, where),
                                List.of(stretched(zeros, each, where)),
                                where));
            }
            case "constexpr_blockwise_shift_scale" ->
                    put(operation, where, scaled(operation, "data", where));
            case "constexpr_lut_to_dense" -> put(operation, where, looked(operation, where));
            case "constexpr_sparse_to_dense" -> put(operation, where, spread(operation, where));
            case "constexpr_lut_to_sparse" -> {
                RawConstants mask = numbers(operation, "indices_mask", where);
                RawConstants indices = numbers(operation, "indices_nonzero_data", where);
                RawConstants tables = numbers(operation, "lut", where);
                int axis = axis(operation, where);
                RawConstants dense =
                        CompressedWeights.looked(
                                CompressedWeights.spread(indices, mask, where),
                                tables,
                                axis,
                                values,
                                where);
                int length = tables.shape().dim(-1);
                RawConstants longer =
                        length == 1
                                ? mask
                                : CompressedWeights.repeated(mask, length, axis, values, where);
                put(operation, where, longer, CompressedWeights.kept(dense, longer));
            }
            case "constexpr_sparse_blockwise_shift_scale" -> {
                RawConstants mask = numbers(operation, "data_mask", where);
                RawConstants data = numbers(operation, "nonzero_data", where);
                RawConstants dense =
                        CompressedWeights.scaled(
                                CompressedWeights.spread(data, mask, where),
                                numbers(operation, "scale", where),
                                given(operation, "offset", where),
                                where);
                put(operation, where, mask, CompressedWeights.kept(dense, mask));
            }
            default -> throw new AssertionError(operation.getType());
        }
    }

    private static RawConstants stretched(RawConstants numbers, RawConstants like, String where) {
        if (numbers.elements().length == like.elements().length) {
            return numbers;
        }
        double[] all = new double[like.elements().length];
        Arrays.fill(all, only(numbers, where));
        return new RawConstants(all, like.shape(), numbers.type());
    }

    private RawConstants scaled(Mil.Operation operation, String data, String where) {
        return CompressedWeights.scaled(
                numbers(operation, data, where),
                numbers(operation, "scale", where),
                given(operation, "offset", where),
                where);
    }

    private RawConstants along(
            Mil.Operation operation, String name, RawConstants data, int axis, String where) {
        return CompressedWeights.along(
                numbers(operation, name, where), data.shape(), axis, where + ", " + name);
    }

    /**
     * Since iOS 18 indices have a type of few bits; before, packed bytes had a shape beside them.
     */
    private RawConstants looked(Mil.Operation operation, String where) {
        RawConstants indices = numbers(operation, "indices", where);
        RawConstants tables = numbers(operation, "lut", where);
        if (!has(operation, "shape")) {
            return CompressedWeights.looked(indices, tables, axis(operation, where), values, where);
        }
        int entries = tables.elements().length;
        int bits = Integer.numberOfTrailingZeros(Math.max(1, entries));
        var dims =
                new ArrayList<Integer>(
                        shape(operation, where).dims().stream().map(_ -> 1).toList());
        dims.addAll(List.of(entries, 1));
        return CompressedWeights.looked(
                unpacked(operation, indices, bits, where),
                new RawConstants(tables.elements(), new Shape(dims), tables.type()),
                0,
                values,
                where);
    }

    private RawConstants spread(Mil.Operation operation, String where) {
        RawConstants mask = numbers(operation, "mask", where);
        return CompressedWeights.spread(
                numbers(operation, "nonzero_data", where),
                has(operation, "shape") ? unpacked(operation, mask, 1, where) : mask,
                where);
    }

    private Shape shape(Mil.Operation operation, String where) {
        var dims = new ArrayList<Long>();
        for (double dim : numbers(operation, "shape", where).elements()) {
            dims.add((long) Bounds.whole(dim, 0, Integer.MAX_VALUE, where + ", shape"));
        }
        return Bounds.shape(dims, where + ", shape");
    }

    private RawConstants unpacked(
            Mil.Operation operation, RawConstants packed, int bits, String where) {
        Shape shape = shape(operation, where);
        byte[] bytes = new byte[packed.elements().length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (int) packed.elements()[i];
        }
        if (bytes.length != Math.ceilDiv((long) shape.size() * bits, 8L)) {
            throw new FormatException(
                    where
                            + ": "
                            + bytes.length
                            + " bytes cannot be "
                            + shape
                            + " of "
                            + bits
                            + " bits");
        }
        values.expand(shape.size(), where);
        double[] all = RawConstants.unpacked(bytes, shape.size(), bits, false);
        return new RawConstants(all, shape, Mil.DataType.UINT8);
    }

    private RawConstants range(Mil.Operation operation, String where) {
        RawConstants start = numbers(operation, "start", where);
        double first = only(start, where + ", start");
        double step = one(operation, "step", where);
        double count = Math.ceil((one(operation, "end", where) - first) / step);
        if (!(count >= 0 && count <= Integer.MAX_VALUE)) {
            throw new FormatException(where + ": a step of " + step + " does not lead to the end");
        }
        values.expand((long) count, where);
        double[] all = new double[(int) count];
        for (int i = 0; i < all.length; i++) {
            all[i] = first + i * step;
        }
        return new RawConstants(all, Shape.shape(all.length), start.type());
    }

    private void reshape(Mil.Operation operation, String where) {
        Tensor x = operands.operand(operation, "x", where);
        List<Tensor> like = operands.list(operation, "ref_tensors", where);
        var begins = several(operation, "begins", where);
        var ends = several(operation, "ends", where);
        var masks = several(operation, "end_masks", where);
        for (var each : List.of(begins, ends, masks)) {
            if (each.size() != like.size()) {
                throw new FormatException(
                        where + ": begins, ends and end_masks must be as many as ref_tensors");
            }
        }
        var dims = new ArrayList<Long>();
        for (int i = 0; i < like.size(); i++) {
            Shape shape = like.get(i).shape();
            int from = bound(begins.get(i), shape, where + ", begins");
            int to = masks.get(i) != 0 ? shape.rank() : bound(ends.get(i), shape, where + ", ends");
            for (int axis = from; axis < to; axis++) {
                dims.add((long) shape.dim(axis));
            }
        }
        Tensor made = x.reshape(Bounds.shape(dims, where).toArray());
        String name = operation.getOutputs(0).getName();
        requireType(operation.getOutputs(0), made.type(), where);
        operands.put(name, made);
    }

    /** Returns a place between the axes of a shape; a negative one counts from the end. */
    private static int bound(double at, Shape shape, String where) {
        return Bounds.index(at < 0 ? at + shape.rank() : at, shape.rank() + 1, where);
    }

    private List<Double> several(Mil.Operation operation, String name, String where) {
        var all = new ArrayList<Double>();
        for (Mil.Value value : operands.constants(operation, name, where)) {
            for (double element : values.numbers(value, where + ", " + name).elements()) {
                all.add(element);
            }
        }
        return all;
    }

    private static RawConstants whole(double[] elements, Shape shape) {
        return new RawConstants(elements, shape, Mil.DataType.INT32);
    }

    private static RawConstants typed(RawConstants numbers, Mil.DataType type) {
        return new RawConstants(numbers.elements(), numbers.shape(), type);
    }

    private static boolean has(Mil.Operation operation, String name) {
        return operation.containsInputs(name) || operation.containsAttributes(name);
    }

    private int axis(Mil.Operation operation, String where) {
        return has(operation, "vector_axis") ? axis(operation, "vector_axis", where) : 0;
    }

    private int axis(Mil.Operation operation, String name, String where) {
        double axis = one(operation, name, where);
        return Bounds.whole(axis, -Bounds.MOST_AXES, Bounds.MOST_AXES, where + ", " + name);
    }

    private double one(Mil.Operation operation, String name, String where) {
        return only(numbers(operation, name, where), where + ", " + name);
    }

    private static double only(RawConstants numbers, String where) {
        if (numbers.elements().length != 1) {
            throw new FormatException(where + ": must be one number");
        }
        return numbers.elements()[0];
    }

    private List<RawConstants> given(Mil.Operation operation, String name, String where) {
        return has(operation, name) ? List.of(numbers(operation, name, where)) : List.of();
    }

    private RawConstants numbers(Mil.Operation operation, String name, String where) {
        // Before iOS 18 what is known when a program is compiled was an attribute.
        if (operation.containsAttributes(name)) {
            return values.numbers(operation.getAttributesOrThrow(name), where + ", " + name);
        }
        var bound = operation.getInputsOrDefault(name, Mil.Argument.getDefaultInstance());
        if (bound.getArgumentsCount() == 1 && found.containsKey(bound.getArguments(0).getName())) {
            return found.get(bound.getArguments(0).getName());
        }
        return values.numbers(operands.constant(operation, name, where), where + ", " + name);
    }

    private void put(Mil.Operation operation, String where, RawConstants... results) {
        if (operation.getOutputsCount() != results.length) {
            throw new FormatException(
                    where
                            + ": has "
                            + operation.getOutputsCount()
                            + " outputs, makes "
                            + results.length);
        }
        for (int i = 0; i < results.length; i++) {
            var output = operation.getOutputs(i);
            values.expand(results[i].elements().length, where);
            found.put(output.getName(), results[i]);
            // Others can only be operands of further known ones.
            if (MilTypes.isOurs(results[i].type())) {
                TensorType type =
                        new TensorType(MilTypes.read(results[i].type(), where), results[i].shape());
                requireType(output, type, where);
                NDArray array = NDArray.of(results[i].elements(), type);
                operands.put(output.getName(), array);
            }
        }
    }

    private static void requireType(Mil.NamedValueType output, TensorType made, String where) {
        if (!MilTypes.declares(output.getType(), made)) {
            String declared = MilTypes.text(output.getType());
            throw new FormatException(
                    where + ": is declared " + declared + ", its op makes " + made);
        }
    }
}
