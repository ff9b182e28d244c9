package propane.train.trace;

import java.util.List;

/**
 * What class numbers may be.
 *
 * @param classes how many there are
 * @param ignored those beside them that do not count
 */
public record Labels(int classes, List<Integer> ignored) {}
