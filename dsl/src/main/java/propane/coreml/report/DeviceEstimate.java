package propane.coreml.report;

import propane.tensor.UnknownNameException;

import java.util.List;
import java.util.Locale;

/**
 * What a step would take on one device, as an estimate.
 *
 * @param device the device's generation, for example {@code m4}
 * @param step how long it takes, in seconds
 * @param memory how much memory it takes, in bytes; the same on all
 * @param batch the most examples that fit, by the least and by the most that is known; {@link
 *     #ANY_BATCH} where nothing bounds it
 * @param sources who vouches for the device's figures, a line each
 */
public record DeviceEstimate(
        String device, Reading step, Reading memory, Reading batch, List<String> sources) {
    /** More examples than this nobody has at once. */
    public static final long ANY_BATCH = (1L << 31) - 1;

    /** A number of an estimate: a range, or why there is none. */
    public sealed interface Reading {
        /**
         * It can be told.
         *
         * @param range from where to where, in seconds, bytes or examples
         * @param missing what comes on top and is not known, or empty
         */
        record Known(Range range, String missing) implements Reading {}

        /**
         * It cannot be told.
         *
         * @param reason what is missing
         */
        record Unknown(String reason) implements Reading {}
    }

    /** Copies the list. */
    public DeviceEstimate {
        sources = List.copyOf(sources);
    }

    /**
     * Returns a device's name as estimates call it.
     *
     * @param asked the name in capital or small letters
     * @param devices the names that there are
     * @throws UnknownNameException if it is none of them
     */
    public static String named(String asked, List<String> devices) {
        String name = asked.toLowerCase(Locale.ROOT);
        if (!devices.contains(name)) {
            throw UnknownNameException.among("estimate: no device", asked, devices);
        }
        return name;
    }

    /** Returns the device and what a step takes there. */
    @Override
    public String toString() {
        return device + ": step " + step + ", memory " + memory + ", batch " + batch;
    }
}
