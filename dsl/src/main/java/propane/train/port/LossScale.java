package propane.train.port;

import propane.spi.op.Port;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;

/** The two slots that trainings with a scaled loss have, and what may stand in them. */
public final class LossScale {
    /** What the loss is multiplied by before it is differentiated. */
    public static final Port SCALE = HyperPorts.number("loss_scale");

    /** How many steps in a row had gradients that fit. */
    public static final Port GOOD_STEPS = HyperPorts.number("good_steps");

    /** The scale never becomes smaller; gradients too large even so are an error. */
    public static final double FLOOR = 1;

    /**
     * What a scaled gradient must stay below: products on the Neural Engine become infinite at
     * 32,752, and infinities there do not last, so that they cannot be looked for.
     */
    public static final double CEILING = 32_000;

    /** After so many steps with gradients that fit the scale doubles. */
    public static final int PATIENCE = 2_000;

    /** On the Neural Engine the scale is a float16, too, and so is what it is multiplied with. */
    public static final double HIGHEST = 0x1p14;

    /** What it begins with. */
    public static final double FIRST = 1_024;

    private LossScale() {}

    /** Returns whether a slot is one of the two. */
    public static boolean isOwn(String slot) {
        return slot.equals(SCALE.name()) || slot.equals(GOOD_STEPS.name());
    }

    /**
     * Requires of a slot of a file, if it is one of the two, that steps could have made its value.
     *
     * @throws FormatException if they could not
     */
    public static void requireRange(String file, String slot, NDArray value) {
        boolean isScale = slot.equals(SCALE.name());
        if (!isOwn(slot)) {
            return;
        }
        double least = isScale ? FLOOR : 0;
        double most = isScale ? Float.MAX_VALUE : PATIENCE;
        double number = value.at(0);
        if (!(number >= least && number <= most)) {
            throw new FormatException(
                    Problem.ofFile(
                                    file,
                                    slot
                                            + " must be from "
                                            + least
                                            + " to "
                                            + most
                                            + ", is "
                                            + number)
                            .fix(
                                    "take another checkpoint, or load the weights alone:"
                                            + " load(Weights.read(path))"));
        }
    }
}
