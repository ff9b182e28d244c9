package propane.ffm.dnnl;

/**
 * How a window slides over the spatial axes.
 *
 * @param strides how far it moves on each axis
 * @param dilations the distance of its elements on each axis; 1 where they are neighbours
 * @param before the padding before each axis
 * @param after the padding after each axis
 */
public record Windows(long[] strides, long[] dilations, long[] before, long[] after) {
    /** Copies the arrays. */
    public Windows {
        strides = strides.clone();
        dilations = dilations.clone();
        before = before.clone();
        after = after.clone();
    }

    /** Returns dilations as oneDNN counts them: the elements left out between two. */
    long[] gaps() {
        long[] gaps = dilations.clone();
        for (int i = 0; i < gaps.length; i++) {
            gaps[i]--;
        }
        return gaps;
    }
}
