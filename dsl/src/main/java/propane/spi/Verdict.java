package propane.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Whether an engine can do something, and if not, why. */
public sealed interface Verdict {
    /** It can. */
    record Supported() implements Verdict {
        @Override
        public String toString() {
            return "supported";
        }
    }

    /**
     * It cannot.
     *
     * @param reasons at least one reason, each a sentence that also tells the remedy where one is
     *     known
     */
    record Unsupported(List<String> reasons) implements Verdict {
        @Override
        public String toString() {
            return String.join("; ", reasons);
        }
    }

    /** Returns the verdict that it can. */
    static Verdict yes() {
        return new Supported();
    }

    /** Returns the verdict that it cannot. */
    static Verdict no(String reason) {
        return new Unsupported(List.of(reason));
    }

    /** Returns this verdict if it is against, else another one, which is asked for only then. */
    default Verdict and(Supplier<Verdict> other) {
        return this instanceof Supported ? other.get() : this;
    }

    /** Returns the first verdict that is in favour, or one with all reasons. */
    static Verdict firstGood(List<Verdict> verdicts) {
        var reasons = new ArrayList<String>();
        for (Verdict verdict : verdicts) {
            switch (verdict) {
                case Supported supported -> {
                    return supported;
                }
                case Unsupported(var more) -> reasons.addAll(more);
            }
        }
        return new Unsupported(List.copyOf(reasons));
    }
}
