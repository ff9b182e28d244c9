package propane.train;

import propane.ffm.Occupancy;
import propane.tensor.Source;

import java.lang.ref.Cleaner;

/**
 * Closes what was collected without having been closed, and says so in a line on the standard
 * error.
 *
 * @param what what it is, for example {@code a trainer compiled}
 * @param source the user's line that made it
 * @param use who uses it
 * @param closing closes it; must not know the object that is watched
 */
record Forgotten(String what, Source source, Occupancy use, Runnable closing) implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    /** Watches an object; what is returned is to be cleaned when it is closed. */
    Cleaner.Cleanable watch(Object object) {
        return CLEANER.register(object, this);
    }

    @Override
    public void run() {
        if (!use.isClosing()) {
            System.err.println(
                    "warning: "
                            + what
                            + " "
                            + source
                            + " was never closed; its memory is freed now. Use it within try (var"
                            + " … = …) { … }");
            closing.run();
        }
    }
}
