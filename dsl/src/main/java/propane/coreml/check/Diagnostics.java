package propane.coreml.check;

import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.List;

/** What a check found wrong with a file, the first few things of it. */
final class Diagnostics {
    private static final int SHOWN = 5;

    private final String file;
    private final List<String> found = new ArrayList<>();
    private int count;

    Diagnostics(String file) {
        this.file = file;
    }

    /** Notes a fault. */
    void add(String where, String what) {
        count++;
        if (found.size() < SHOWN) {
            found.add(where + ": " + what);
        }
    }

    /** Notes a fault where something does not hold. */
    void require(boolean holds, String where, String what) {
        if (!holds) {
            add(where, what);
        }
    }

    /** Returns whether nothing was found. */
    boolean isEmpty() {
        return count == 0;
    }

    /**
     * Ends the check.
     *
     * @throws FormatException if anything was found
     */
    void raise() {
        if (count == 1) {
            throw new FormatException(file, found.getFirst());
        }
        if (count > 1) {
            throw new FormatException(
                    file,
                    count
                            + " faults\n    "
                            + String.join("\n    ", found)
                            + (count > found.size() ? "\n    …" : ""));
        }
    }
}
