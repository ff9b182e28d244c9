package propane.nn.layer;

import propane.spi.Preconditions;
import propane.spi.op.PadType;
import propane.tensor.Problem;
import propane.tensor.ShapeException;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The padding of a convolution or pool. Zeros before each element alone make a convolution over
 * time causal: {@code conv2d(8, 3).padding(Padding.of(2, 0))}.
 *
 * @param type how edges are padded
 * @param widths the zeros before and after each axis, or one pair for all axes; for {@link
 *     PadType#CUSTOM}, else none
 */
public record Padding(PadType type, List<Integer> widths) {
    /** So much padding that with stride 1 the output is as long as the input. */
    public static final Padding SAME = new Padding(PadType.SAME, List.of());

    /** No padding. */
    public static final Padding VALID = new Padding(PadType.VALID, List.of());

    /** Checks the settings. */
    public Padding {
        widths = List.copyOf(widths);
        widths.forEach(width -> Preconditions.atLeast(0, "padding: the width", width));
    }

    /** Returns padding by a number of zeros on each side of each axis. */
    public static Padding of(int width) {
        return of(width, width);
    }

    /**
     * Returns padding by some zeros before and others after each axis.
     *
     * @param before the zeros before the first axis, and all others unless these have their own
     * @param after the zeros after
     * @param further those before and after each further axis, in turns; none, or for all axes
     */
    public static Padding of(int before, int after, int... further) {
        var widths = IntStream.concat(IntStream.of(before, after), IntStream.of(further));
        return new Padding(PadType.CUSTOM, widths.boxed().toList());
    }

    /** Returns the pads of some axes as MIL's operand has them. */
    List<Integer> pads(int axes) {
        return switch (widths.size()) {
            case 0 -> Collections.nCopies(2 * axes, 0);
            case 2 -> Stream.generate(() -> widths).limit(axes).flatMap(List::stream).toList();
            default -> {
                if (widths.size() != 2 * axes) {
                    throw new ShapeException(
                            Problem.ofRule(
                                            "padding: the widths "
                                                    + widths
                                                    + " are not two for each of "
                                                    + axes
                                                    + " axes")
                                    .operand("widths", widths)
                                    .fix("give a pair for all axes, or one for each axis"));
                }
                yield widths;
            }
        };
    }
}
