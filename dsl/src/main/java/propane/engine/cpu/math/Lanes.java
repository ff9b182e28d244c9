package propane.engine.cpu.math;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** The widest vectors of this machine, and how they are read and written. */
public final class Lanes {
    private static final String BOUNDS = "jdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK";

    static {
        // Read once, by the first species. The check made by default has C2 give up loops over
        // long arrays again and again (docs/decisions/0022).
        if (System.getProperty(BOUNDS) == null) {
            System.setProperty(BOUNDS, "1");
        }
    }

    /** The widest vectors of floats. */
    public static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /** Vectors of integers of the same size. */
    public static final VectorSpecies<Integer> INTS =
            VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** How many floats a vector has; a power of two. */
    public static final int COUNT = FLOATS.length();

    /** The order of the bytes of an element. */
    public static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Whether there are vectors of as many bytes as {@link #FLOATS} has floats. */
    public static final boolean HAS_BYTES = COUNT >= 8 && COUNT <= 64;

    private static final VectorSpecies<Byte> BYTES =
            HAS_BYTES
                    ? VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * COUNT))
                    : ByteVector.SPECIES_64;

    private static final VectorShuffle<Float> BY_8 = swap(8);
    private static final VectorShuffle<Float> BY_4 = swap(4);
    private static final VectorShuffle<Float> BY_2 = swap(2);
    private static final VectorShuffle<Float> BY_1 = swap(1);

    private Lanes() {}

    /** Reads floats from the element with an index on. */
    public static FloatVector load(MemorySegment from, int index) {
        return FloatVector.fromMemorySegment(FLOATS, OffHeap.known(from), (long) index << 2, ORDER);
    }

    /** Writes floats from the element with an index on. */
    public static void store(FloatVector value, MemorySegment to, int index) {
        value.intoMemorySegment(OffHeap.known(to), (long) index << 2, ORDER);
    }

    /** Reads truth values, one byte each. */
    public static VectorMask<Float> loadTruth(MemorySegment from, int index) {
        return ByteVector.fromMemorySegment(BYTES, OffHeap.known(from), index, ORDER)
                .compare(VectorOperators.NE, (byte) 0)
                .cast(FLOATS);
    }

    /** Writes truth values, one byte each. */
    public static void store(VectorMask<Float> value, MemorySegment to, int index) {
        ByteVector.zero(BYTES)
                .blend((byte) 1, value.cast(BYTES))
                .intoMemorySegment(OffHeap.known(to), index, ORDER);
    }

    /** Returns a vector of one value. */
    public static FloatVector all(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    /** Returns one truth value for all lanes. */
    public static VectorMask<Float> all(boolean value) {
        return FLOATS.maskAll(value);
    }

    /**
     * Returns the sum of all lanes, added by halves: the order of the Vector API's own reduction is
     * not the same in interpreted and compiled code.
     */
    public static float sum(FloatVector value) {
        FloatVector sum = value;
        if (COUNT >= 16) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (COUNT >= 8) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (COUNT >= 4) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        return sum.add(sum.rearrange(BY_1)).lane(0);
    }

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) & (COUNT - 1));
    }
}
