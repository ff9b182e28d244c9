package propane.coreml.mil;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A value in a MIL program, as far as it is known without running it.
 *
 * @param name its name in the program
 * @param elements its element type as MIL spells it, for example {@code fp16}; {@code list}, {@code
 *     tuple} or {@code dictionary} for what is no tensor
 * @param dims the lengths of its axes, {@link #FLEXIBLE} where the program does not fix one
 * @param origin where it comes from
 * @param maker the operation that makes it, or empty
 * @param numbers its elements, if it is a constant that stands in the program itself; else empty
 * @param text what it says, if it is a string; else empty
 */
public record MilValue(
        String name,
        String elements,
        List<Long> dims,
        Origin origin,
        String maker,
        List<Double> numbers,
        String text) {
    /** The length of an axis that the program does not fix. */
    public static final long FLEXIBLE = -1;

    private static final Pattern BITS = Pattern.compile("[0-9]+");
    private static final int BITS_OF_TRUTH = 8;
    private static final long MOST = 1L << 48;
    private static final int LONGEST_NAME = 80;
    private static final int ROW = 64;

    /** Where a value comes from. */
    public enum Origin {
        /** It is given to the function. */
        INPUT,
        /** It stays in the model from one prediction to the next. */
        STATE,
        /** It is known when the program is compiled. */
        CONSTANT,
        /** An operation makes it. */
        COMPUTED
    }

    /** Copies the lists. */
    public MilValue {
        dims = List.copyOf(dims);
        numbers = List.copyOf(numbers);
    }

    /** Returns whether it is known when the program is compiled. */
    public boolean isConstant() {
        return origin == Origin.CONSTANT;
    }

    /** Returns whether its element type has one of some names. */
    public boolean isOf(String... types) {
        return List.of(types).contains(elements);
    }

    /** Returns whether the program fixes the lengths of all axes. */
    public boolean isStatic() {
        return !dims.contains(FLEXIBLE);
    }

    /**
     * Returns the length of an axis, counted from the end where negative; 1 where there is none.
     */
    public long dim(int axis) {
        int index = axis < 0 ? axis + dims.size() : axis;
        return index < 0 || index >= dims.size() ? 1 : Math.max(1, dims.get(index));
    }

    /** Returns how many elements it has, at most 2<sup>48</sup>; a flexible axis counts as one. */
    public long count() {
        return dims.stream().mapToLong(dim -> dim == FLEXIBLE ? 1 : dim).reduce(1, MilValue::times);
    }

    /** Sizes that no machine has must not look like small ones. */
    private static long times(long a, long b) {
        return a != 0 && b > MOST / a ? MOST : a * b;
    }

    /** Returns how many bits an element takes. */
    public int bits() {
        if (elements.equals("bool")) {
            return BITS_OF_TRUTH;
        }
        var found = BITS.matcher(elements);
        return found.find() ? Integer.parseInt(found.group()) : 0;
    }

    /** Returns how many bytes its elements take when they lie side by side. */
    public long bytes() {
        return Math.ceilDiv(count() * bits(), 8);
    }

    /** Returns its name as texts show it: not longer than a line. */
    public String shown() {
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
    }

    /** Returns how many bytes they take where every row is padded to 64 bytes. */
    public long padded() {
        return (long) padded(1);
    }

    /** Returns how many bytes they take where rows, as many, are longer and padded to 64 bytes. */
    public double padded(double longer) {
        if (dim(-1) == 0) {
            return 0;
        }
        double row = Math.ceil(dim(-1) * longer * bits() / 8);
        return count() / dim(-1) * Math.ceil(row / ROW) * ROW;
    }

    /** Returns its element type and axes, for example {@code fp16[1, 64, ?]}. */
    public String type() {
        var axes = dims.stream().map(dim -> dim == FLEXIBLE ? "?" : dim.toString()).toList();
        return String.format(Locale.ROOT, "%s[%s]", elements, String.join(", ", axes));
    }

    /** Returns name and type. */
    @Override
    public String toString() {
        return shown() + ": " + type();
    }
}
