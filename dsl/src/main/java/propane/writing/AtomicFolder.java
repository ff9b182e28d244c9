package propane.writing;

import propane.ffm.disk.WholeFolder;
import propane.tensor.PropaneException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is written whole or not at all, such as a package. */
public final class AtomicFolder {
    private AtomicFolder() {}

    /**
     * Returns where a folder lies while another one takes its place, where that takes two steps.
     */
    public static Path former(Path target) {
        return WholeFolder.former(target);
    }

    /**
     * Writes a folder. If anything fails, nothing is left and what stood there before is as it was.
     *
     * @param path where; the folder that it lies in must exist
     * @param place what may be replaced
     * @param contents what to write
     * @throws PropaneException if it could not be written; names folder and reason
     */
    public static void write(Path path, WholeFolder.Place place, WholeFolder.Contents contents) {
        try {
            WholeFolder.write(path, place, contents);
        } catch (IOException e) {
            String after =
                    Files.exists(path)
                            ? "what stood there is untouched"
                            : "nothing was left behind";
            throw new PropaneException(Failure.couldNot(path, "", e) + Failure.after(e, after), e);
        }
    }
}
