package propane.ffm.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The disk that there is. */
final class SystemDisk implements Disk {
    static final Disk HERE = new SystemDisk();
    static final ScopedValue<Disk> USED = ScopedValue.newInstance();

    private SystemDisk() {}

    @Override
    public Output create(Path file) throws IOException {
        Files.createFile(file);
        return new Opened(new RandomAccessFile(file.toFile(), "rw"));
    }

    @Override
    public void folder(Path folder) throws IOException {
        Files.createDirectory(folder);
    }

    @Override
    public void sync(Path place) throws IOException {
        boolean isFolder = Files.isDirectory(place);
        var mode = isFolder ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        // An interrupt would close the channel and make a file that is written look like none.
        boolean interrupted = Thread.interrupted();
        try (var channel = FileChannel.open(place, mode)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows opens no folders; there a new name is as durable as it gets.
            if (!isFolder) {
                throw e;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public boolean exchange(Path one, Path other) {
        return Exchange.of(one, other);
    }

    @Override
    public void delete(Path place) throws IOException {
        Files.deleteIfExists(place);
    }

    /** A channel would close at an interrupt. */
    private record Opened(RandomAccessFile file) implements Output {
        @Override
        public void write(byte[] bytes, int count, long at) throws IOException {
            file.seek(at);
            file.write(bytes, 0, count);
        }

        @Override
        public void sync() throws IOException {
            file.getFD().sync();
        }

        @Override
        public void mark() {
            try {
                file.getChannel().tryLock();
            } catch (IOException | OverlappingFileLockException _) {
                // Some file systems know no locks; there a leftover is left alone for a day.
                return;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
