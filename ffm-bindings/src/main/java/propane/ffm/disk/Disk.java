package propane.ffm.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The calls by which files and folders change. What must survive a power cut is written through
 * them and nothing else, so that a test can put a disk in their place that fails or loses power.
 */
public interface Disk {
    /** Returns the disk of this thread: the system's, unless {@link #with} said otherwise. */
    static Disk used() {
        return SystemDisk.USED.orElse(SystemDisk.HERE);
    }

    /** Runs an action whose writing, in this thread, goes to a disk. */
    static void with(Disk disk, Runnable action) {
        ScopedValue.where(SystemDisk.USED, disk).run(action);
    }

    /** Returns the disk of the system. */
    static Disk system() {
        return SystemDisk.HERE;
    }

    /**
     * Makes a file and opens it.
     *
     * @throws IOException if something stands there already, or it cannot be made
     */
    Output create(Path file) throws IOException;

    /**
     * Makes a folder.
     *
     * @throws IOException if something stands there already, or it cannot be made
     */
    void folder(Path folder) throws IOException;

    /**
     * Brings a file's contents, or the names in a folder, to the disk.
     *
     * @throws IOException if the disk does not take them
     */
    void sync(Path place) throws IOException;

    /**
     * Gives a file or folder another name in one step. A file takes the place of one that stands
     * there.
     *
     * @throws IOException if it cannot; then nothing has changed
     */
    void rename(Path from, Path to) throws IOException;

    /**
     * Lets two files or folders change their names in one step.
     *
     * @return whether it is done; false where the system knows no such step, and nothing has
     *     changed
     * @throws IOException if the disk fails
     */
    boolean exchange(Path one, Path other) throws IOException;

    /**
     * Deletes a file or an empty folder, if it is there.
     *
     * @throws IOException if it cannot be deleted
     */
    void delete(Path place) throws IOException;

    /** A file that is being written. */
    interface Output extends Closeable {
        /**
         * Writes bytes.
         *
         * @param bytes where they are
         * @param count how many, from the first on
         * @param at where in the file; a gap before it holds zeros
         * @throws IOException if the disk is full, or fails
         */
        void write(byte[] bytes, int count, long at) throws IOException;

        /**
         * Brings what was written to the disk.
         *
         * @throws IOException if the disk does not take it
         */
        void sync() throws IOException;

        /**
         * Marks the file as being written until it is closed or this process ends, as far as the
         * file system can.
         */
        void mark();
    }
}
