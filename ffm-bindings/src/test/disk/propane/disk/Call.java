package propane.disk;

import java.nio.file.Path;

/** One change of a disk, or one order to bring changes to it. */
public sealed interface Call {
    /** A file was made. */
    record Create(Path file) implements Call {}

    /** A folder was made. */
    record Folder(Path folder) implements Call {}

    /** Bytes were written. */
    record Write(Path file, byte[] bytes, long at) implements Call {}

    /** A file or the names in a folder were brought to the disk. */
    record Sync(Path place) implements Call {}

    /** A name was changed. */
    record Rename(Path from, Path to) implements Call {}

    /** Two names were exchanged. */
    record Exchange(Path one, Path other) implements Call {}

    /** A file or folder was deleted. */
    record Delete(Path place) implements Call {}
}
