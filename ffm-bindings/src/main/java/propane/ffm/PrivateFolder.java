package propane.ffm;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Folders and files that nobody but this user, and the administrator, can change. */
final class PrivateFolder {
    private static final Set<PosixFilePermission> OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private PrivateFolder() {}

    /**
     * Makes a folder if there is none, for this user alone. One that others may write to loses
     * that.
     *
     * @return where it really is
     * @throws IOException if it cannot be made, is no folder, or belongs to somebody else
     */
    static Path at(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            boolean isPosix =
                    folder.getFileSystem().supportedFileAttributeViews().contains("posix");
            try {
                if (isPosix) {
                    Files.createDirectory(
                            folder,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rwx------")));
                } else {
                    Files.createDirectory(folder);
                }
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(folder)) {
                    throw e;
                }
                // Another process was first.
            }
        }
        Path real = folder.toRealPath();
        requireOwn(real);
        return real;
    }

    /**
     * Requires that a file or folder belongs to this user, and takes the right to write to it from
     * all others.
     *
     * @throws IOException if it belongs to somebody else
     */
    static void requireOwn(Path place) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(place, PosixFileAttributeView.class);
        if (view == null) {
            // Windows: what lies under a user's profile belongs to that user.
            return;
        }
        var attributes = view.readAttributes();
        if (!isOwn(attributes)) {
            throw new IOException(
                    place
                            + " belongs to "
                            + attributes.owner().getName()
                            + ", not to "
                            + user()
                            + ": no library is run from there");
        }
        var left = EnumSet.copyOf(attributes.permissions());
        if (left.removeAll(OTHERS)) {
            view.setPermissions(left);
        }
    }

    /** Returns whether a file belongs to this user, and nobody else could have written to it. */
    static boolean isOnlyOurs(Path file) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return true;
        }
        var attributes = view.readAttributes();
        return isOwn(attributes) && Collections.disjoint(attributes.permissions(), OTHERS);
    }

    private static boolean isOwn(PosixFileAttributes attributes) throws IOException {
        return attributes.owner().getName().equals(user());
    }

    private static String user() throws IOException {
        // Of a user that no list of users has, as in containers, the system tells no name.
        var name = ProcessHandle.current().info().user();
        return name.isPresent() ? name.get() : ownerOfNewFiles();
    }

    /** Returns whom files belong to that this process makes: a name, or else a number. */
    static String ownerOfNewFiles() throws IOException {
        Path file = Files.createTempFile("propane", ".owner");
        try {
            return Files.getOwner(file).getName();
        } finally {
            Files.delete(file);
        }
    }
}
