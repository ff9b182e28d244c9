package propane.gradient;

import propane.spi.op.Op;
import propane.spi.op.OpSchema;

import java.util.Map;

/**
 * How far an op is held in float16.
 *
 * @param smallest the least factor of its operands
 * @param largest the greatest factor of its first operand
 * @param others the greatest factor of its other operands
 * @param near the share of what results over operands let expect that a gradient may be off
 */
record HalfLimits(double smallest, double largest, double others, double near) {
    private static final double MOST = 1e9;
    private static final double NEAR = 0x1p-8;
    private static final HalfLimits NONE = new HalfLimits(0, MOST, MOST, NEAR);

    /** Logits and gates are products that are nobody's result, and gates end at 1. */
    private static final HalfLimits GATES = new HalfLimits(1, 1, 1, 0.125);

    /** Their gradient is what is left when a mean and a projection are taken away. */
    private static final HalfLimits NORM = new HalfLimits(0, MOST, 1, 0x1p-6);

    /** Differences of pixels times the gradient are nobody's result. */
    private static final HalfLimits SAMPLED = new HalfLimits(1, 1, 1, 0x1p-6);

    static final Map<String, HalfLimits> ALL =
            Map.ofEntries(
                    Map.entry("scaled_dot_product_attention", GATES),
                    Map.entry("scaled_dot_product_attention_gradient", GATES),
                    Map.entry("gru", GATES),
                    Map.entry("lstm", GATES),
                    Map.entry("rnn", GATES),
                    Map.entry("gru_sequence", GATES),
                    Map.entry("lstm_sequence", GATES),
                    Map.entry("rnn_sequence", GATES),
                    Map.entry("gru_sequence_gradient", GATES),
                    Map.entry("lstm_sequence_gradient", GATES),
                    Map.entry("rnn_sequence_gradient", GATES),
                    Map.entry("layer_norm", NORM),
                    Map.entry("layer_norm_gradient", new HalfLimits(1, 1, 1, NEAR)),
                    Map.entry("instance_norm", NORM),
                    Map.entry("group_norm", NORM),
                    Map.entry("rms_norm", NORM),
                    Map.entry("affine", SAMPLED),
                    Map.entry("crop_resize", SAMPLED),
                    Map.entry("resample", SAMPLED),
                    // Logarithms of probabilities of whole ways are nobody's result; those of
                    // unlikely ways are large, and their exponentials as far off as they are.
                    Map.entry("ctc_loss", new HalfLimits(0, 30, 30, 0x1p-4)),
                    Map.entry("ctc_loss_gradient", new HalfLimits(0, 30, 30, 0x1p-4)),
                    // The sum of squares that it divides by is nobody's result.
                    Map.entry("local_response_norm", new HalfLimits(0, 30, 1, NEAR)),
                    // An exponent of a thousand times a gradient of a thousand.
                    Map.entry("pow", new HalfLimits(0, MOST, 30, NEAR)),
                    // A mean that is hundreds of deviations away from all elements.
                    Map.entry("batch_norm", new HalfLimits(0, MOST, 30, NEAR)),
                    // Sums of elements of both signs, by a factor of almost nothing.
                    Map.entry("softplus_parametric", new HalfLimits(1, MOST, MOST, NEAR)),
                    // Where it is flat, its slope is told from a result rounded to 1.
                    Map.entry("scaled_tanh", new HalfLimits(0, MOST, MOST, 0x1p-6)),
                    // A factor is told from products that have vanished.
                    Map.entry("scatter", new HalfLimits(1, MOST, MOST, NEAR)));

    static HalfLimits of(Op op) {
        return ALL.getOrDefault(OpSchema.of(op).name(), NONE);
    }

    boolean includes(double[] scales) {
        for (int i = 0; i < scales.length; i++) {
            if (scales[i] < smallest || scales[i] > (i == 0 ? largest : others)) {
                return false;
            }
        }
        return true;
    }
}
