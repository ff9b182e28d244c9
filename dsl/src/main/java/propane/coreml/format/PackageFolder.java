package propane.coreml.format;

import propane.ffm.disk.WholeFolder;
import propane.tensor.PropaneException;
import propane.writing.AtomicFolder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A package that is written whole or not at all, and replaces packages only. */
public final class PackageFolder {
    private PackageFolder() {}

    /**
     * Writes a package.
     *
     * @param path where; the folder that it lies in must exist
     * @throws PropaneException if it could not be written; what stood there is as it was
     */
    public static void write(Path path, WholeFolder.Contents contents) {
        AtomicFolder.write(path, PackageFolder::checkPlace, contents);
    }

    private static void checkPlace(Path target) throws IOException {
        if (Files.exists(target)
                && !Files.isRegularFile(target.resolve(MlPackage.MANIFEST))
                && !isEmptyFolder(target)) {
            throw new IOException("what stands there is no package and is not replaced");
        }
    }

    private static boolean isEmptyFolder(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return false;
        }
        try (var entries = Files.list(target)) {
            return entries.findAny().isEmpty();
        }
    }
}
