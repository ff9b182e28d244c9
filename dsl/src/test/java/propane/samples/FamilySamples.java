package propane.samples;

import java.util.List;

/**
 * The samples of one family of ops. A family {@code Pool} has its samples in a class {@code
 * PoolSamples} of this package; nothing else needs to be told of it.
 */
public interface FamilySamples {
    /** Returns at least one sample of each op of the family. */
    List<OpSample> samples();
}
