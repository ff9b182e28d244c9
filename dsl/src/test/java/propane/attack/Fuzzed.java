package propane.attack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** Something that is read, and how what is read is changed. */
interface Fuzzed {
    /** Returns what it is called, for example {@code csv}. */
    String kind();

    /**
     * Writes an input in which something is wrong, most often.
     *
     * @param random decides what
     */
    void change(Random random) throws IOException;

    /** Reads it, and does with it what can be done with it. */
    void read();

    /** Returns the file or folder that the input stands in. */
    Path input();

    /** Returns what must be the same before and after a reading that failed. */
    default Object state() {
        return kind();
    }
}
