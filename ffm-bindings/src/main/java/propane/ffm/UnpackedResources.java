package propane.ffm;

import propane.ffm.disk.Disk;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Unpacks native libraries into a folder that belongs to the user alone, each once. A file is named
 * by its contents and held against them at every start: one that was cut short, damaged or put
 * there by somebody else is unpacked again. It appears whole or not at all, and may be unpacked by
 * several processes at once.
 *
 * <p>The sum is CRC-32, which archives keep beside their entries and processors compute at several
 * gigabytes a second; a sum that withstands malice would cost a quarter of a second at each start.
 * Against malice stand owner and mode of the folder.
 */
final class UnpackedResources {
    private static final int PIECE = 1 << 18;

    private final Path folder;

    /**
     * Names the folder; it is made when it is needed.
     *
     * @param folder where libraries lie, for example {@code ~/.cache/propane/natives}
     */
    UnpackedResources(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the file that a resource was unpacked to.
     *
     * @throws NativeException if it can neither be found there nor be unpacked
     */
    Path unpack(NativeResource resource) {
        try {
            Path own = PrivateFolder.at(folder);
            Path place = own.resolve(resource.key());
            Path file = place.resolve(resource.name());
            if (!isWhole(file, resource)) {
                if (!Files.isDirectory(place)) {
                    // A file, or a link to nowhere, can stand there by an accident only.
                    Files.deleteIfExists(place);
                }
                PrivateFolder.at(place);
                try {
                    write(resource, own, file);
                } catch (NoSuchFileException _) {
                    // Swept by another process between the last byte and the new name.
                    write(resource, own, file);
                }
            }
            new Leftovers(own).sweep(place);
            return file;
        } catch (IOException e) {
            throw new NativeException(
                    "cannot unpack " + resource.name() + " into " + folder + ": " + e.getMessage(),
                    e);
        }
    }

    private static boolean isWhole(Path file, NativeResource resource) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                || Files.size(file) != resource.size()) {
            return false;
        }
        PrivateFolder.requireOwn(file.getParent());
        if (!PrivateFolder.isOnlyOurs(file)) {
            // Somebody else may have made the sum of other bytes come out alike.
            return false;
        }
        try (var in = new FileInputStream(file.toFile())) {
            return sum(in) == resource.crc();
        }
    }

    private static long sum(InputStream in) throws IOException {
        var crc = new CRC32();
        byte[] piece = new byte[PIECE];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            crc.update(piece, 0, read);
        }
        return crc.getValue();
    }

    private static void write(NativeResource resource, Path own, Path file) throws IOException {
        Disk disk = Disk.used();
        String unique = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        Path part = own.resolve(resource.name() + "-" + unique + Leftovers.PART);
        try {
            try (var out = disk.create(part)) {
                // Held until the end: what is not locked was left by a process that died.
                out.mark();
                copy(resource, out);
                out.sync();
            }
            move(part, file);
        } finally {
            disk.delete(part);
        }
        sync(disk, file.getParent());
        sync(disk, own);
    }

    private static void copy(NativeResource resource, Disk.Output out) throws IOException {
        var crc = new CRC32();
        long at = 0;
        try (var in = new CheckedInputStream(resource.open(), crc)) {
            byte[] piece = new byte[PIECE];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                out.write(piece, read, at);
                at += read;
            }
        }
        if (crc.getValue() != resource.crc()) {
            throw new IOException(resource.url() + " is damaged, or changed while it was read");
        }
    }

    private static void move(Path part, Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is a folder");
        }
        try {
            Disk.used().rename(part, file);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Brings a new name to the disk, where the file system can. */
    private static void sync(Disk disk, Path folder) {
        try {
            disk.sync(folder);
        } catch (IOException _) {
            // What is torn then is seen at the next start.
            return;
        }
    }
}
