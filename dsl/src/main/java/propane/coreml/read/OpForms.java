package propane.coreml.read;

import propane.coreml.format.MilParts;
import propane.coreml.proto.Mil;
import propane.reading.Bounds;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Brings operations from the forms that others write, of whatever opset, to the one that records of
 * ours have: all lengths and axes said, narrow indices as int32.
 */
final class OpForms {
    private final Operands operands;
    private final Values values;

    OpForms(Operands operands, Values values) {
        this.operands = operands;
        this.values = values;
    }

    /**
     * Returns an operation of the same meaning.
     *
     * @param where the file and field, for messages
     */
    Mil.Operation plain(Mil.Operation operation, String where) {
        return switch (operation.getType()) {
            case "reshape" -> reshape(operation, where);
            case "squeeze" ->
                    has(operation, "axes")
                            ? operation
                            : with(operation, "axes", ones(x(operation, where).shape()));
            case "split" -> split(operation, where);
            case "pad" -> pad(operation, where);
            case "slice_by_size" -> sliceBySize(operation, where);
            case "reduce_argmax", "reduce_argmin" -> without(operation, "output_dtype");
            case "topk" -> without(operation, "output_indices_dtype");
            case "upsample_nearest_neighbor" -> nearest(operation, where);
            case "upsample_bilinear" -> bilinear(operation, where);
            case "conv_transpose" -> transposed(operation, where);
            case "crop_resize" -> boxes(operation, where);
            default -> operation;
        };
    }

    static boolean has(Mil.Operation operation, String name) {
        return operation.containsInputs(name);
    }

    static Mil.Operation without(Mil.Operation operation, String name) {
        return has(operation, name) ? operation.toBuilder().removeInputs(name).build() : operation;
    }

    static Mil.Operation with(Mil.Operation operation, String name, List<Integer> numbers) {
        return operation.toBuilder().putInputs(name, KnownValues.argument(numbers)).build();
    }

    private Tensor x(Mil.Operation operation, String where) {
        return operands.operand(operation, "x", where);
    }

    private static List<Integer> ones(Shape shape) {
        return IntStream.range(0, shape.rank()).filter(i -> shape.dim(i) == 1).boxed().toList();
    }

    /** Returns the whole numbers that are bound to a parameter. */
    List<Integer> whole(Mil.Operation operation, String name, String where) {
        String field = where + ", " + name;
        var all = new ArrayList<Integer>();
        for (double number :
                values.numbers(operands.constant(operation, name, where), field).elements()) {
            all.add(Bounds.whole(number, Integer.MIN_VALUE, Integer.MAX_VALUE, field));
        }
        return all;
    }

    /** Returns the only number that is bound to a parameter, or another one if none is. */
    double number(Mil.Operation operation, String name, double absent, String where) {
        if (!has(operation, name)) {
            return absent;
        }
        double[] all =
                values.numbers(operands.constant(operation, name, where), where + ", " + name)
                        .elements();
        if (all.length != 1) {
            throw new FormatException(where + ", " + name + ": must be one number");
        }
        return all[0];
    }

    /** Returns the string that is bound to a parameter, or another one if none is. */
    String text(Mil.Operation operation, String name, String absent, String where) {
        return has(operation, name)
                ? Values.string(operands.constant(operation, name, where), where + ", " + name)
                : absent;
    }

    /** A 0 keeps the length of the same axis, one −1 is what is left. */
    private Mil.Operation reshape(Mil.Operation operation, String where) {
        Shape shape = x(operation, where).shape();
        var dims = new ArrayList<>(whole(operation, "shape", where));
        long known = 1;
        int open = -1;
        for (int i = 0; i < dims.size(); i++) {
            if (dims.get(i) == 0 && i < shape.rank() && shape.size() > 0) {
                dims.set(i, shape.dim(i));
            }
            if (dims.get(i) == -1 && open < 0) {
                open = i;
            } else {
                known =
                        Bounds.product(
                                (int) Math.min(known, Integer.MAX_VALUE),
                                Math.max(0, dims.get(i)),
                                where);
            }
        }
        if (open >= 0) {
            if (known == 0 || shape.size() % known != 0) {
                throw new FormatException(
                        where
                                + ": "
                                + shape
                                + " cannot become "
                                + dims
                                + ", whatever −1 stands for");
            }
            dims.set(open, (int) (shape.size() / known));
        }
        return with(operation, "shape", dims);
    }

    private Mil.Operation split(Mil.Operation operation, String where) {
        Mil.Operation plain = without(operation, "num_splits");
        if (has(operation, "split_sizes") || !has(operation, "num_splits")) {
            return plain;
        }
        Tensor x = x(operation, where);
        int count = (int) number(operation, "num_splits", 0, where);
        int axis = (int) number(operation, "axis", 0, where);
        if (axis < -x.rank() || axis >= x.rank() || count < 1 || x.dim(axis) % count != 0) {
            throw new FormatException(
                    where + ": " + x.shape() + " has no " + count + " equal parts along " + axis);
        }
        Bounds.index(count, x.dim(axis) + 2, where);
        return with(plain, "split_sizes", Collections.nCopies(count, x.dim(axis) / count));
    }

    /** Pads of the last axes stand for nothing at the others. */
    private Mil.Operation pad(Mil.Operation operation, String where) {
        var pads = whole(operation, "pad", where);
        int missing = 2 * x(operation, where).rank() - pads.size();
        if (missing <= 0) {
            return operation;
        }
        var all = new ArrayList<>(Collections.nCopies(missing, 0));
        all.addAll(pads);
        return with(operation, "pad", all);
    }

    /** A size of −1 reaches to the end. */
    private Mil.Operation sliceBySize(Mil.Operation operation, String where) {
        Shape shape = x(operation, where).shape();
        var begin = whole(operation, "begin", where);
        var size = new ArrayList<>(whole(operation, "size", where));
        for (int i = 0; i < Math.min(size.size(), Math.min(begin.size(), shape.rank())); i++) {
            if (size.get(i) == -1) {
                int at = begin.get(i) < 0 ? begin.get(i) + shape.dim(i) : begin.get(i);
                size.set(i, shape.dim(i) - at);
            }
        }
        return with(operation, "size", size);
    }

    private int target(Mil.Operation operation, String name, int axis, String where) {
        double length =
                Math.floor(number(operation, name, 1, where) * x(operation, where).dim(axis));
        return Bounds.whole(length, 1, Integer.MAX_VALUE, where + ", " + name);
    }

    private boolean isWhole(Mil.Operation operation, String where) {
        double height = number(operation, "scale_factor_height", 1, where);
        double width = number(operation, "scale_factor_width", 1, where);
        return height == Math.rint(height) && width == Math.rint(width);
    }

    private Mil.Operation.Builder resized(Mil.Operation operation, String type, String where) {
        return operation.toBuilder()
                .setType(type)
                .clearInputs()
                .putInputs("x", operation.getInputsOrThrow("x"))
                .putInputs(
                        "target_size_height",
                        KnownValues.argument(target(operation, "scale_factor_height", -2, where)))
                .putInputs(
                        "target_size_width",
                        KnownValues.argument(target(operation, "scale_factor_width", -1, where)));
    }

    private Mil.Operation whole(Mil.Operation operation, String where) {
        var changed = operation.toBuilder();
        for (String name : List.of("scale_factor_height", "scale_factor_width")) {
            int factor = (int) number(operation, name, 1, where);
            changed.putInputs(name, KnownValues.argument(factor));
        }
        return changed.build();
    }

    private Mil.Operation nearest(Mil.Operation operation, String where) {
        return isWhole(operation, where)
                ? whole(operation, where)
                : resized(operation, "resize_nearest_neighbor", where).build();
    }

    /** Centres of pixels are where alignCorners is not, if nothing else is said. */
    private Mil.Operation bilinear(Mil.Operation operation, String where) {
        boolean corners = number(operation, "align_corners", 1, where) != 0;
        boolean centres = number(operation, "half_pixel_centers", corners ? 0 : 1, where) != 0;
        if (corners && centres) {
            throw new FormatException(
                    where + ": of align_corners and half_pixel_centers one can be true, not both");
        }
        if (isWhole(operation, where) && centres != corners) {
            return whole(without(operation, "half_pixel_centers"), where);
        }
        String mode = corners ? "STRICT_ALIGN_CORNERS" : centres ? "UNALIGN_CORNERS" : "DEFAULT";
        return resized(operation, "resize_bilinear", where)
                .putInputs("sampling_mode", KnownValues.argument(MilParts.string(mode)))
                .build();
    }

    /**
     * Padding that is left open comes first from what is said, then from coremltools' rule: same
     * makes stride times the length, and what is cut of an odd number is one more at the end.
     */
    private Mil.Operation transposed(Mil.Operation operation, String where) {
        Tensor x = x(operation, where);
        Tensor weight = operands.operand(operation, "weight", where);
        int spatial = x.rank() - 2;
        if (spatial < 1 || weight.rank() != x.rank()) {
            throw new FormatException(where + ": kernels and images differ in axes");
        }
        var strides = numbers(operation, "strides", spatial, 1, where);
        var dilations = numbers(operation, "dilations", spatial, 1, where);
        String padType = text(operation, "pad_type", "valid", where);
        var given = numbers(operation, "pad", 2 * spatial, 0, where);
        var pads = new ArrayList<Integer>();
        var shape = new ArrayList<>(List.of(x.dim(0), 0));
        int groups = (int) number(operation, "groups", 1, where);
        shape.set(1, Bounds.product(weight.dim(1), Math.max(1, groups), where));
        boolean isShaped = has(operation, "output_shape");
        var asked = isShaped ? whole(operation, "output_shape", where) : List.<Integer>of();
        if (isShaped && asked.size() != x.rank()) {
            throw new FormatException(where + ", output_shape: must have " + x.rank() + " lengths");
        }
        for (int i = 0; i < spatial; i++) {
            long full =
                    (x.dim(i + 2) - 1L) * strides.get(i)
                            + (weight.dim(i + 2) - 1L) * dilations.get(i)
                            + 1;
            boolean isSame = padType.startsWith("same");
            long length =
                    isShaped
                            ? asked.get(i + 2)
                            : isSame
                                    ? (long) x.dim(i + 2) * strides.get(i)
                                    : padType.equals("custom")
                                            ? full - given.get(2 * i) - given.get(2 * i + 1)
                                            : full;
            int cut = Math.toIntExact(full - length);
            int before =
                    isSame
                            ? (padType.equals("same")
                                    ? Math.floorDiv(cut, 2)
                                    : Math.ceilDiv(cut, 2))
                            : padType.equals("custom") ? given.get(2 * i) : 0;
            // An output that is longer than what is reached ends in zeros.
            pads.add(Math.max(0, before));
            pads.add(
                    isShaped && !isSame && padType.equals("custom")
                            ? given.get(2 * i + 1)
                            : Math.max(0, cut - Math.max(0, before)));
            shape.add(Bounds.whole(length, 0, Integer.MAX_VALUE, where));
        }
        Mil.Operation custom =
                operation.toBuilder()
                        .putInputs("pad_type", KnownValues.argument(MilParts.string("custom")))
                        .build();
        return with(with(custom, "pad", pads), "output_shape", shape);
    }

    private List<Integer> numbers(
            Mil.Operation operation, String name, int count, int absent, String where) {
        var all =
                has(operation, name)
                        ? whole(operation, name, where)
                        : Collections.nCopies(count, absent);
        if (all.size() != count) {
            throw new FormatException(where + ", " + name + ": must be " + count + " numbers");
        }
        return all;
    }

    /** Without indices, boxes are of one image each. */
    private Mil.Operation boxes(Mil.Operation operation, String where) {
        if (!has(operation, "boxes") || has(operation, "box_indices")) {
            return operation;
        }
        Tensor boxes = operands.operand(operation, "boxes", where);
        int count = boxes.rank() == 0 || boxes.dtype() == DType.BOOL ? 0 : boxes.dim(0);
        Bounds.product(count, 1, where);
        return with(operation, "box_indices", IntStream.range(0, count).boxed().toList());
    }
}
