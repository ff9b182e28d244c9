package propane.nn;

import propane.tensor.PadType;
import propane.tensor.Setting;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The padding of a convolution or pool.
 *
 * @param type how edges are padded
 * @param width the zeros on each side of each axis, for {@link PadType#CUSTOM}
 */
public record Padding(PadType type, int width) {
    /** Checks the settings. */
    public Padding {
        Setting.atLeast(0, "padding: the width", width);
    }

    /** So much padding that with stride 1 the output is as long as the input. */
    public static final Padding SAME = new Padding(PadType.SAME, 0);

    /** No padding. */
    public static final Padding VALID = new Padding(PadType.VALID, 0);

    /** Returns padding by a number of zeros on each side of each axis. */
    public static Padding of(int width) {
        return new Padding(PadType.CUSTOM, width);
    }

    /** Returns the pads of some axes as MIL's operand has them. */
    List<Integer> pads(int axes) {
        return new ArrayList<>(Collections.nCopies(2 * axes, width)).stream().toList();
    }
}
