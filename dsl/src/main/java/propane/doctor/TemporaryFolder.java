package propane.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What is to be said of the folder for temporary files, in which Core ML compiles programs. */
final class TemporaryFolder {
    /** The variable that names it. */
    static final String VARIABLE = "TMPDIR";

    private static final String OWN = "/var/folders/";
    private static final String ADVICE =
            "; Core ML's compile service must be able to use it: where programs do not compile, set"
                    + " "
                    + VARIABLE
                    + " to a folder that a sandboxed shell shares with other processes";

    private TemporaryFolder() {}

    /**
     * Returns its state in words.
     *
     * @param environment the variables of this process
     * @param mac whether Core ML is to compile in it
     */
    static String state(Map<String, String> environment, boolean mac) {
        String name = environment.getOrDefault(VARIABLE, "");
        String state = name.isEmpty() ? "not set" : name + ", " + state(Path.of(name));
        return mac ? state + place(name) + ADVICE : state;
    }

    private static String place(String name) {
        boolean usual = name.startsWith(OWN) || name.startsWith("/private" + OWN);
        return usual || name.isEmpty()
                ? ""
                : ", not below " + OWN + ", as macOS has it, but as in a sandboxed shell";
    }

    private static String state(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Files.exists(folder) ? "which is no folder" : "which does not exist";
        }
        return Files.isWritable(folder) ? "writable" : "which cannot be written to";
    }
}
