package propane.spi.op;

/** An enumeration whose values stand as strings in MIL. */
public interface MilEnum {
    /** Returns the string that stands for this value in MIL. */
    String mil();
}
