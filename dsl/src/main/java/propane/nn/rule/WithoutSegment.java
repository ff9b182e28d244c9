package propane.nn.rule;

/** A layer that adds no segment of its own to paths: its parts stand where it stands. */
public interface WithoutSegment {
    /** Returns whether that is so at the top of a model only, else everywhere. */
    boolean isOnlyAtTop();
}
