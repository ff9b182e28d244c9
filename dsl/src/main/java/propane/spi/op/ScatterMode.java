package propane.spi.op;

import java.util.Locale;

/** What becomes of an element that an update meets. */
public enum ScatterMode implements MilEnum {
    /** The update is added. */
    ADD,
    /** The update is subtracted. */
    SUB,
    /** The element is multiplied by the update. */
    MUL,
    /** The element is divided by the update. */
    DIV,
    /** The larger of both. */
    MAX,
    /** The smaller of both. */
    MIN,
    /** The update takes its place; of several, the last one. */
    UPDATE;

    @Override
    public String mil() {
        return name().toLowerCase(Locale.ROOT);
    }

    double apply(double element, double update) {
        return switch (this) {
            case ADD -> element + update;
            case SUB -> element - update;
            case MUL -> element * update;
            case DIV -> element / update;
            case MAX -> Math.max(element, update);
            case MIN -> Math.min(element, update);
            case UPDATE -> update;
        };
    }
}
