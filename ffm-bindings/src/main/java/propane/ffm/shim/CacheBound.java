package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;

/**
 * How much the cache of compiled models keeps. When a model is added to it, those go that nobody
 * has used for so many days; then the longest unused, until the others take no more than so many
 * bytes. What any process has loaded, or used within the last hour, stays.
 *
 * @param bytes how much, 0 for any amount
 * @param days how long, 0 for ever
 */
public record CacheBound(long bytes, long days) {
    /** The system property that says how many bytes are kept; 8,000,000,000 where it does not. */
    public static final String BYTES = "propane.cache.bytes";

    /** The system property that says for how many days; 30 where it does not. */
    public static final String DAYS = "propane.cache.days";

    /**
     * Checks the numbers.
     *
     * @throws NativeException if one is negative
     */
    public CacheBound {
        require(BYTES, bytes >= 0, bytes + "");
        require(DAYS, days >= 0, days + "");
    }

    /**
     * Returns what the system properties ask for.
     *
     * @throws NativeException if one is no whole number, or negative
     */
    static CacheBound asked() {
        return new CacheBound(
                asked(BYTES, PropaneShim.PROPANE_CACHE_BYTES()),
                asked(DAYS, PropaneShim.PROPANE_CACHE_DAYS()));
    }

    private static long asked(String property, long otherwise) {
        String given = System.getProperty(property, "");
        boolean isNumber = given.matches("[0-9]{1,18}");
        require(property, given.isEmpty() || isNumber, given);
        return isNumber ? Long.parseLong(given) : otherwise;
    }

    private static void require(String property, boolean isGood, String given) {
        if (!isGood) {
            throw new NativeException(
                    "-D" + property + " takes a whole number of at least 0, got " + given);
        }
    }

    /** Takes it for the rest of the process. */
    void apply() {
        PropaneShim.propane_cache_bound(bytes, days);
    }
}
