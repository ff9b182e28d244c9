package propane.spi.op;

/**
 * Random numbers without a state: each is a function of a seed, a stream and an index, so that any
 * of them can be made again, in any order, on any machine.
 *
 * <p>The mixing is the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
 * number generators, 2014), applied once for each of the three.
 */
public final class CounterRandom {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** Returns 64 random bits. */
    public static long bits(long seed, long stream, long index) {
        return mix(mix(mix(seed + GOLDEN) + stream * GOLDEN) + index * GOLDEN);
    }

    /** Returns a number from 0 up to but not including 1, a multiple of 2<sup>−24</sup>. */
    public static float uniform(long seed, long stream, long index) {
        return (bits(seed, stream, index) >>> 40) * 0x1p-24f;
    }

    /**
     * Returns a standard normal number (Box and Muller, 1958).
     *
     * @param index the number's own index; the two uniform numbers after it are 2·index and 2·index
     *     + 1
     */
    public static double normal(long seed, long stream, long index) {
        double u = ((bits(seed, stream, 2 * index) >>> 11) + 1) * 0x1p-53;
        double v = (bits(seed, stream, 2 * index + 1) >>> 11) * 0x1p-53;
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }

    /** Returns the stream that belongs to a name. */
    public static long stream(String name) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
