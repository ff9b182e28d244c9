package propane.spi.op;

import java.util.Locale;

/** How the edges of a convolution or pool are padded. */
public enum PadType implements MilEnum {
    /** No padding. */
    VALID,
    /** As much as the pad operand says. */
    CUSTOM,
    /** So much that the output has ⌈length / stride⌉ places; an odd rest goes to the end. */
    SAME,
    /** Like {@link #SAME}, an odd rest going to the start. */
    SAME_LOWER;

    @Override
    public String mil() {
        return name().toLowerCase(Locale.ROOT);
    }
}
