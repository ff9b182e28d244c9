package propane.writing;

import propane.ffm.disk.NotDurableException;

import java.io.IOException;
import java.nio.file.Path;

/** What is said of a file or folder that could not be written. */
final class Failure {
    private Failure() {}

    static String couldNot(Path path, String what, IOException cause) {
        String type = cause.getClass().getSimpleName();
        String message = String.valueOf(cause.getMessage());
        boolean isPlain = type.equals("IOException") || cause instanceof NotDurableException;
        return path
                + ": could not be written"
                + (what.isEmpty() ? "" : " (" + what + ")")
                + ": "
                + (isPlain ? message : type + " " + message);
    }

    static String after(IOException cause, String otherwise) {
        return "; "
                + (cause instanceof NotDurableException
                        ? "it stands there, but may not outlive a power cut"
                        : otherwise)
                + ". Make room there or choose another place";
    }
}
