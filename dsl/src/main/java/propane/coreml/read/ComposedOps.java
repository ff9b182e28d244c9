package propane.coreml.read;

import propane.coreml.format.MilParts;
import propane.coreml.proto.Mil;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Reads operations of which several of ours make the same: biases, negative indices, vectors. */
final class ComposedOps {
    /** Makes the results of an operation that a record of ours stands for. */
    interface Maker {
        List<Tensor> results(Mil.Operation operation, String where);
    }

    /** The first opset in which an index below 0 is outside, no place counted from the end. */
    private static final int COUNTED_FROM_THE_START = 7;

    private static final Set<String> INDEXED =
            Set.of(
                    "gather",
                    "gather_along_axis",
                    "gather_nd",
                    "scatter",
                    "scatter_along_axis",
                    "scatter_nd");

    private final Operands operands;
    private final OpForms forms;
    private final boolean isFromEnd;
    private final Maker maker;
    private final RecurrentOps recurrent;

    /**
     * Makes a reader.
     *
     * @param opset the function's opset, CoreML5 for iOS 15
     */
    ComposedOps(Operands operands, OpForms forms, String opset, Maker maker) {
        this.operands = operands;
        this.forms = forms;
        this.maker = maker;
        this.recurrent = new RecurrentOps(operands, forms, maker);
        String digits = opset.replace("CoreML", "");
        this.isFromEnd =
                digits.matches("\\d{1,3}") && Integer.parseInt(digits) < COUNTED_FROM_THE_START;
    }

    /**
     * Returns the results of an operation in plain form.
     *
     * @param where the file and field, for messages
     */
    List<Tensor> results(Mil.Operation operation, String where) {
        String type = operation.getType();
        if (isFromEnd && INDEXED.contains(type)) {
            return maker.results(counted(operation, where), where);
        }
        return switch (type) {
            case "conv", "conv_transpose" -> biased(operation, where);
            case "matmul" -> List.of(product(operation, where));
            case "one_hot" -> List.of(oneHot(operation, where));
            case "cast" -> {
                String to = forms.text(operation, "dtype", "", where);
                yield NarrowTypes.isNarrow(to)
                        ? List.of(NarrowTypes.cast(x(operation, where), to))
                        : maker.results(operation, where);
            }
            case "reduce_sum_square", "reduce_l1_norm" -> squares(operation, where);
            case "crop_resize" ->
                    OpForms.has(operation, "roi")
                            ? List.of(regions(operation, where))
                            : maker.results(operation, where);
            case "quantize" -> List.of(quantized(operation, where));
            case "dequantize" -> List.of(dequantized(operation, where));
            case "non_zero" -> List.of(nonZero(operation, where));
            case "lstm", "rnn", "gru" -> recurrent.results(operation, where);
            default -> maker.results(operation, where);
        };
    }

    private Tensor x(Mil.Operation operation, String where) {
        return operands.operand(operation, "x", where);
    }

    private List<Tensor> biased(Mil.Operation operation, String where) {
        if (!OpForms.has(operation, "bias")) {
            return maker.results(operation, where);
        }
        Tensor bias = operands.operand(operation, "bias", where);
        Tensor made = maker.results(OpForms.without(operation, "bias"), where).getFirst();
        if (!bias.shape().equals(Shape.shape(made.dim(1)))) {
            throw new FormatException(
                    where
                            + ", bias: is "
                            + bias.type()
                            + ", the result has "
                            + made.dim(1)
                            + " channels");
        }
        int[] dims = new int[made.rank()];
        Arrays.fill(dims, 1);
        dims[1] = made.dim(1);
        return List.of(made.add(bias.cast(made.dtype()).reshape(dims)));
    }

    /** A vector on the left is a row, one on the right a column, which the result lacks. */
    private Tensor product(Mil.Operation operation, String where) {
        Tensor x = x(operation, where);
        Tensor y = operands.operand(operation, "y", where);
        if (x.rank() != 1 && y.rank() != 1) {
            return maker.results(operation, where).getFirst();
        }
        Tensor rows = x.rank() == 1 ? x.expandDims(0) : turned(operation, "transpose_x", x, where);
        Tensor columns =
                y.rank() == 1 ? y.expandDims(1) : turned(operation, "transpose_y", y, where);
        Tensor made = rows.matmul(columns.cast(x.dtype()));
        Tensor narrower = y.rank() == 1 ? made.squeeze(-1) : made;
        return x.rank() == 1 ? narrower.squeeze(y.rank() == 1 ? -1 : -2) : narrower;
    }

    private Tensor turned(Mil.Operation operation, String name, Tensor x, String where) {
        if (forms.number(operation, name, 0, where) == 0) {
            return x;
        }
        int[] perm = new int[x.rank()];
        Arrays.setAll(perm, i -> i);
        perm[x.rank() - 1] = x.rank() - 2;
        perm[x.rank() - 2] = x.rank() - 1;
        return x.transpose(perm);
    }

    /** The result has the type of its two values. */
    private Tensor oneHot(Mil.Operation operation, String where) {
        DType type = DType.INT32;
        var changed = operation.toBuilder();
        for (String name : List.of("on_value", "off_value")) {
            if (OpForms.has(operation, name)) {
                type =
                        NarrowTypes.read(operands.constant(operation, name, where).getType(), where)
                                .dtype();
            }
            double value = forms.number(operation, name, name.equals("on_value") ? 1 : 0, where);
            if (value != (float) value) {
                throw new Unreadable("of " + value + " float32 cannot hold every digit");
            }
            changed.putInputs(name, KnownValues.argument(NDArray.scalar(value)));
        }
        Tensor made = maker.results(changed.build(), where).getFirst();
        return made.dtype() == type ? made : made.cast(type);
    }

    private List<Tensor> squares(Mil.Operation operation, String where) {
        Tensor x = x(operation, where);
        if (x.dtype() != DType.INT32) {
            return maker.results(operation, where);
        }
        boolean isSquare = operation.getType().equals("reduce_sum_square");
        int[] axes =
                OpForms.has(operation, "axes")
                        ? forms.whole(operation, "axes", where).stream().mapToInt(a -> a).toArray()
                        : new int[0];
        boolean kept = forms.number(operation, "keep_dims", 0, where) != 0;
        return List.of((isSquare ? x.mul(x) : x.abs()).sum(axes, kept));
    }

    /** Up to iOS 16 an index below 0 counted from the end of its axis. */
    private Mil.Operation counted(Mil.Operation operation, String where) {
        String type = operation.getType();
        Tensor data = operands.operand(operation, type.startsWith("scatter") ? "data" : "x", where);
        Tensor indices = operands.operand(operation, "indices", where);
        Tensor lengths;
        if (type.endsWith("_nd")) {
            int from = (int) forms.number(operation, "batch_dims", 0, where);
            int named = indices.rank() == 0 ? 0 : indices.dim(-1);
            if (from < 0 || from + named > data.rank()) {
                throw new FormatException(where + ": indices name more axes than there are");
            }
            int[] dims = new int[named];
            Arrays.setAll(dims, i -> data.dim(from + i));
            lengths = Tensor.constant(NDArray.of(dims));
        } else {
            int axis = (int) forms.number(operation, "axis", 0, where);
            if (axis < -data.rank() || axis >= data.rank()) {
                throw new FormatException(where + ": there is no axis " + axis);
            }
            lengths = Tensor.full(new TensorType(DType.INT32, Shape.shape()), data.dim(axis));
        }
        var known = KnownValues.of(indices);
        if (known.isPresent() && Arrays.stream(known.get().doubles()).allMatch(i -> i >= 0)) {
            return operation;
        }
        Tensor wrapped = indices.less(0).where(indices.add(lengths), indices);
        String name = operands.put(wrapped);
        return operation.toBuilder().putInputs("indices", MilParts.argument(name)).build();
    }

    /** Regions of iOS 15 and 16: four numbers for all images, or an image's index before them. */
    private Tensor regions(Mil.Operation operation, String where) {
        Tensor x = x(operation, where);
        Tensor roi = operands.operand(operation, "roi", where);
        boolean fits = roi.rank() == 5 && x.rank() == 4 && (roi.dim(2) == 4 || roi.dim(2) == 5);
        if (!fits || roi.shape().size() != roi.dim(0) * roi.dim(2)) {
            throw new FormatException(
                    where
                            + ", roi: is "
                            + roi.type()
                            + ", must be [n, 1, 4, 1, 1] or [n, 1, 5, 1, 1]");
        }
        int count = roi.dim(0);
        int images = x.dim(0);
        Tensor flat = roi.reshape(count, roi.dim(2));
        Tensor boxes;
        Tensor indices;
        if (roi.dim(2) == 5) {
            boxes = flat.slice(1, 1, 5);
            indices = flat.slice(1, 0, 1).reshape(count).cast(DType.INT32);
        } else {
            boxes = flat.reshape(count, 1, 4).tile(1, images, 1).reshape(count * images, 4);
            indices = Tensor.arange(images).expandDims(0).tile(count, 1).reshape(count * images);
        }
        Mil.Operation plain =
                OpForms.without(operation, "roi").toBuilder()
                        .putInputs("boxes", argument(boxes))
                        .putInputs("box_indices", argument(indices))
                        .build();
        Tensor made = maker.results(plain, where).getFirst();
        return made.reshape(
                count, roi.dim(2) == 5 ? 1 : images, made.dim(1), made.dim(2), made.dim(3));
    }

    private Mil.Argument argument(Tensor tensor) {
        return MilParts.argument(operands.put(tensor));
    }

    /** Returns a number, or one for each place of an axis, so that it meets a tensor there. */
    private Tensor along(Mil.Operation operation, String name, Tensor x, String where) {
        Tensor numbers = operands.operand(operation, name, where);
        if (numbers.rank() == 0 || numbers.shape().size() == 1) {
            return numbers.reshape();
        }
        int axis = (int) forms.number(operation, "axis", 0, where);
        int at = axis < 0 ? axis + x.rank() : axis;
        if (at < 0 || at >= x.rank() || !numbers.shape().equals(Shape.shape(x.dim(at)))) {
            throw new FormatException(
                    where + ", " + name + ": has not one number for each place of axis " + axis);
        }
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[at] = x.dim(at);
        return numbers.reshape(dims);
    }

    private Tensor quantized(Mil.Operation operation, String where) {
        Tensor x = operands.operand(operation, "input", where);
        String to = forms.text(operation, "output_dtype", "", where);
        if (!NarrowTypes.isNarrow(to)) {
            throw new FormatException(where + ", output_dtype: must be int8 or uint8, is " + to);
        }
        Tensor whole = x.div(along(operation, "scale", x, where)).round();
        Tensor moved =
                OpForms.has(operation, "zero_point")
                        ? whole.add(along(operation, "zero_point", x, where).cast(x.dtype()))
                        : whole;
        return moved.clip(NarrowTypes.least(to), NarrowTypes.most(to)).cast(DType.INT32);
    }

    private Tensor dequantized(Mil.Operation operation, String where) {
        Tensor x = operands.operand(operation, "input", where);
        Tensor scale = along(operation, "scale", x, where);
        Tensor moved =
                OpForms.has(operation, "zero_point")
                        ? x.sub(along(operation, "zero_point", x, where))
                        : x;
        return moved.cast(scale.dtype()).mul(scale);
    }

    private Tensor nonZero(Mil.Operation operation, String where) {
        NDArray known =
                KnownValues.of(x(operation, where))
                        .orElseThrow(
                                () -> new Unreadable("the result's shape would depend on values"));
        Shape shape = known.shape();
        var places = new ArrayList<Integer>();
        int count = 0;
        for (int i = 0; i < known.size(); i++) {
            if (known.at(i) != 0) {
                count++;
                for (int axis = 0; axis < shape.rank(); axis++) {
                    places.add(i / shape.strides()[axis] % shape.dim(axis));
                }
            }
        }
        int[] all = places.stream().mapToInt(each -> each).toArray();
        return Tensor.constant(NDArray.of(all, Shape.shape(count, shape.rank())));
    }
}
