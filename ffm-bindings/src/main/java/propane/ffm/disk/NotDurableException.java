package propane.ffm.disk;

import java.io.IOException;
import java.nio.file.Path;

/** What was written stands under its name, but the disk did not take the name: it may be lost. */
public final class NotDurableException extends IOException {
    private static final long serialVersionUID = 1L;

    private NotDurableException(IOException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }

    /** Brings the names in a folder to the disk. */
    static void sync(Path folder) throws NotDurableException {
        try {
            Disk.used().sync(folder);
        } catch (IOException e) {
            throw new NotDurableException(e);
        }
    }
}
