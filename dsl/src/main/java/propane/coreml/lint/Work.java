package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts the floating-point operations of a call: a product and a sum are two. Moving numbers
 * counts nothing, a function of one number counts one.
 */
final class Work {
    private static final Set<String> MOVING =
            Set.of(
                    "batch_to_space",
                    "band_part",
                    "cast",
                    "concat",
                    "crop",
                    "depth_to_space",
                    "expand_dims",
                    "fill",
                    "fill_like",
                    "flatten2d",
                    "gather",
                    "gather_along_axis",
                    "gather_nd",
                    "identity",
                    "list_gather",
                    "list_length",
                    "list_read",
                    "list_scatter",
                    "list_write",
                    "make_list",
                    "non_zero",
                    "one_hot",
                    "pad",
                    "pixel_shuffle",
                    "pixel_unshuffle",
                    "range_1d",
                    "read_state",
                    "reshape",
                    "reshape_like",
                    "reverse",
                    "reverse_sequence",
                    "scatter",
                    "scatter_along_axis",
                    "scatter_nd",
                    "shape",
                    "slice_by_index",
                    "slice_by_size",
                    "slice_update",
                    "sliding_windows",
                    "space_to_batch",
                    "space_to_depth",
                    "split",
                    "squeeze",
                    "stack",
                    "tile",
                    "transpose",
                    "upsample_nearest_neighbor",
                    "write_state");

    private Work() {}

    /** Returns how many; a flexible axis counts as one element long. */
    static long of(MilCall call) {
        if (call.outputs().isEmpty() || MOVING.contains(call.op())) {
            return 0;
        }
        long made = call.outputs().getFirst().count();
        long taken = call.input("x").map(MilValue::count).orElse(made);
        return switch (call.op()) {
            case "matmul" -> 2 * made * inner(call, call.isSet("transpose_x") ? -2 : -1);
            case "linear" -> 2 * made * inner(call, -1);
            case "conv" -> 2 * made * kernel(call);
            case "conv_transpose" -> 2 * taken * kernel(call);
            case "einsum" -> einsum(call);
            case "scaled_dot_product_attention" -> attention(call);
            case "lstm", "gru", "rnn" -> recurrent(call, taken);
            case "avg_pool", "max_pool", "l2_pool" ->
                    made
                            * call.wholes("kernel_sizes").stream()
                                    .mapToLong(size -> size)
                                    .reduce(1, (a, b) -> a * b);
            // The mean, what is left of each, its square, the root, scaling.
            case "layer_norm", "instance_norm", "l2_norm" -> 6 * taken;
            case "batch_norm" -> 2 * taken;
            case "softmax" -> 4 * taken;
            default -> call.op().startsWith("reduce_") ? taken : made;
        };
    }

    private static long inner(MilCall call, int axis) {
        return call.input("x").map(x -> x.dim(axis)).orElse(1L);
    }

    /** The weights after one channel: all of the kernel but its first axis. */
    private static long kernel(MilCall call) {
        return call.input("weight").map(weight -> weight.count() / weight.dim(0)).orElse(1L);
    }

    private static long einsum(MilCall call) {
        String equation = call.input("equation").map(MilValue::text).orElse("");
        String[] terms = equation.split("->")[0].split(",");
        List<MilValue> values = call.inputs().getOrDefault("values", List.of());
        var lengths = new TreeMap<Character, Long>();
        for (int i = 0; i < Math.min(terms.length, values.size()); i++) {
            String letters = terms[i].strip();
            for (int axis = 0; axis < letters.length(); axis++) {
                lengths.merge(letters.charAt(axis), values.get(i).dim(axis), Math::max);
            }
        }
        return 2 * lengths.values().stream().reduce(1L, (a, b) -> a * b);
    }

    private static long attention(MilCall call) {
        long queries = call.input("query").map(MilValue::count).orElse(0L);
        long keys = call.input("key").map(key -> key.dim(-2)).orElse(1L);
        return 4 * queries * keys;
    }

    /** Every step multiplies by all weights. */
    private static long recurrent(MilCall call, long taken) {
        long features = call.input("x").map(x -> x.dim(-1)).orElse(1L);
        long weights =
                call.inputs().entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("weight"))
                        .flatMap(entry -> entry.getValue().stream())
                        .mapToLong(MilValue::count)
                        .sum();
        return 2 * taken / features * weights;
    }
}
