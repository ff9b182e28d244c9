package propane.nn.layer;

import propane.spi.Preconditions;
import propane.spi.op.PadType;

import java.util.Collections;
import java.util.List;

/**
 * How a window slides over images: what convolutions and pools are set to alike.
 *
 * @param axes how many axes it slides over, 1 to 3
 * @param length how long it is on each axis
 * @param stride how far it moves on each axis
 * @param dilation the distance of its elements on each axis
 * @param padding what is added to each axis, or for transposed convolutions cut from it
 */
record Windowing(int axes, int length, int stride, int dilation, Padding padding) {
    Windowing stride(int of) {
        return new Windowing(axes, length, of, dilation, padding);
    }

    Windowing dilation(int of) {
        return new Windowing(axes, length, stride, of, padding);
    }

    Windowing padding(Padding of) {
        return new Windowing(axes, length, stride, dilation, of);
    }

    /**
     * Requires a window that can slide.
     *
     * @param kind the layer's kind, for messages
     * @param what what the layer calls the window
     */
    void require(String kind, String what) {
        LayerRule.requireAxes(kind, axes);
        Preconditions.atLeast(1, kind + ": the " + what, length);
        Preconditions.atLeast(1, kind + ": the stride", stride);
        Preconditions.atLeast(1, kind + ": the dilation", dilation);
    }

    List<Integer> lengths() {
        return Collections.nCopies(axes, length);
    }

    List<Integer> strides() {
        return Collections.nCopies(axes, stride);
    }

    List<Integer> dilations() {
        return Collections.nCopies(axes, dilation);
    }

    PadType padType() {
        return padding.type();
    }

    List<Integer> pads() {
        return padding.pads(axes);
    }
}
