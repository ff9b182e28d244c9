package propane.coreml.estimate;

/** A number of an estimate: a range, or why there is none. */
public sealed interface Reading {
    /**
     * It can be told.
     *
     * @param range from where to where, in seconds, bytes or examples
     */
    record Known(Range range) implements Reading {}

    /**
     * It cannot be told.
     *
     * @param reason what is missing
     */
    record Unknown(String reason) implements Reading {}
}
