package propane.spi.op;

import java.util.function.Supplier;

/** Makes a thing when it is first asked for, and gives the same one from then on. */
public final class Lazy<T> {
    private final Supplier<T> maker;
    private boolean isMade;
    private T made;

    /** Remembers how to make it. */
    public Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    /** Returns it. */
    public T value() {
        if (!isMade) {
            made = maker.get();
            isMade = true;
        }
        return made;
    }

    /** Returns what was made, if it was. */
    @Override
    public String toString() {
        return isMade ? String.valueOf(made) : "not made yet";
    }
}
