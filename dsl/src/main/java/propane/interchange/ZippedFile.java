package propane.interchange;

import propane.tensor.FormatException;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A zip file whose parts are arrays: what a part claims is held against the file's own size. */
final class ZippedFile implements Closeable {
    /** Deflated data is no longer than this many times what is stored of it. */
    private static final long MOST_DEFLATED = 1032;

    private final Path path;
    private final ZipFile zip;

    private ZippedFile(Path path, ZipFile zip) {
        this.path = path;
        this.zip = zip;
    }

    /**
     * Opens a file.
     *
     * @throws FormatException if its directory of parts is damaged or cut off
     */
    static ZippedFile open(Path path) throws IOException {
        try {
            return new ZippedFile(path, new ZipFile(path.toFile()));
        } catch (ZipException e) {
            throw new FormatException(
                    path + ": is no whole zip file, damaged or cut short: " + e.getMessage(), e);
        }
    }

    /** Returns whether a file begins as zip files do. */
    static boolean isOne(byte[] first) {
        return first.length >= 4
                && first[0] == 'P'
                && first[1] == 'K'
                && first[2] == 3
                && first[3] == 4;
    }

    /** Returns the names of its parts in order. */
    List<String> names() {
        return zip.stream().map(ZipEntry::getName).toList();
    }

    /**
     * Returns the bytes of a part.
     *
     * @throws FormatException if there is no such part, it is too long, or damaged
     */
    byte[] bytes(String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new FormatException(path + ": has no part " + name);
        }
        long size = entry.getSize();
        if (size < 0
                || size > Integer.MAX_VALUE - 8
                || size > MOST_DEFLATED * Math.max(1, entry.getCompressedSize())) {
            throw new FormatException(
                    path
                            + ": part "
                            + name
                            + " claims "
                            + size
                            + " bytes, more than it can have or than is read at once");
        }
        try (InputStream raw = zip.getInputStream(entry);
                var in = new CheckedInputStream(raw, new CRC32())) {
            byte[] bytes = in.readNBytes((int) size);
            if (bytes.length < size || in.getChecksum().getValue() != entry.getCrc()) {
                throw new FormatException(
                        path + ": part " + name + " is not what its checksum says: damaged");
            }
            return bytes;
        } catch (ZipException e) {
            throw new FormatException(
                    path + ": part " + name + " is damaged: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
