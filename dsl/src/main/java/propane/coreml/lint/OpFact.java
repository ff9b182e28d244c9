package propane.coreml.lint;

import propane.coreml.mil.MilCall;
import propane.coreml.report.Finding;

import java.util.Arrays;
import java.util.List;

/** What is known of operations by their names alone; one row a fact. */
enum OpFact implements PlacementRule {
    GATHERED(
            true,
            "gathers of real models were seen on the CPU (measured by others); a product with a"
                    + " one-hot matrix may run there",
            "gather",
            "gather_along_axis",
            "gather_nd"),
    SCATTERED(
            true,
            "Apple's converter says that scatters leave the Neural Engine",
            "scatter",
            "scatter_along_axis",
            "scatter_nd"),
    SORTED(
            true,
            "orders by value; the largest of real models were picked on the CPU (measured by"
                    + " others)",
            "topk",
            "argsort",
            "non_maximum_suppression"),
    OF_DATA(
            true,
            "its shape depends on values; the Neural Engine's compiler refuses such shapes"
                    + " (measured by others)",
            "non_zero",
            "range_1d"),
    RANDOM(
            true,
            "draws random numbers; nobody has shown that there; give them as an input",
            "random_bernoulli",
            "random_categorical",
            "random_normal",
            "random_uniform"),
    RECURRENT(
            true,
            "is a loop over time; the Neural Engine has no control flow",
            "gru",
            "lstm",
            "rnn"),
    LISTED(
            true,
            "works on a list, not on tensors",
            "make_list",
            "list_gather",
            "list_length",
            "list_read",
            "list_scatter",
            "list_write"),
    CLASSIFIED(true, "makes labels of texts, not tensors", "classify"),
    CUSTOM(true, "is code of an app, which only the CPU and GPU can run", "custom_layer"),
    FUSED_ATTENTION(
            true,
            "Apple's rule for the engine: no fused attention; take apart into products, an added"
                    + " mask of -1e4 and softmax",
            "scaled_dot_product_attention"),
    TILED(
            false,
            "one report: a tile made the engine useless to the whole process; adding zeros"
                    + " broadcasts as well",
            "tile"),
    SWISH(false, "Apple: is put into float32 in some lowerings; x · sigmoid(x) is not", "silu"),
    STATEFUL(
            false,
            "states were seen there for caches of attention; whole weights as states were refused"
                    + " (measured by others)",
            "read_state",
            "write_state"),
    SMALL_BLOCKS(
            false,
            "weights of four bits by blocks sent small programs to the CPU (measured by others)",
            "constexpr_blockwise_shift_scale"),
    UNSHOWN(
            false,
            "nobody is known to have shown this op on the Neural Engine, nor that it cannot run"
                    + " there",
            "affine",
            "band_part",
            "batch_to_space",
            "crop_resize",
            "cumsum",
            "einsum",
            "erf",
            "fill_like",
            "inverse",
            "local_response_norm",
            "mod",
            "one_hot",
            "resample",
            "reverse",
            "reverse_sequence",
            "sliding_windows",
            "space_to_batch");

    private final Finding finding;
    private final List<String> ops;

    OpFact(boolean isAgainst, String text, String... ops) {
        this.finding = isAgainst ? Finding.against(text) : Finding.remark(text);
        this.ops = List.of(ops);
    }

    static List<PlacementRule> rules() {
        return Arrays.asList(values());
    }

    @Override
    public List<Finding> judge(MilCall call) {
        return ops.contains(call.op()) ? List.of(finding) : List.of();
    }
}
