package propane.ffm.shim;

import propane.ffm.MacKernel;

import java.util.Optional;

/**
 * What decides whether Core ML can be reached at all.
 *
 * @param system the system's name, as the property {@code os.name} has it
 * @param version the system's version, for example {@code 15.1}
 * @param processor what this Java is made for, as the property {@code os.arch} has it
 * @param translated whether Rosetta translates this Java
 */
record Host(String system, String version, String processor, boolean translated) {
    private static final String APPLE_SILICON = "aarch64";
    private static final int OLDEST = 15;

    /** Returns that of this JVM. */
    static Host here() {
        String processor = System.getProperty("os.arch");
        return new Host(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                processor,
                !processor.equals(APPLE_SILICON) && MacKernel.says("sysctl.proc_translated"));
    }

    /** Returns what stands against it, in words; nothing on a Mac that can. */
    Optional<String> obstacle() {
        boolean mac = system.startsWith("Mac");
        if (mac && translated) {
            return Optional.of(
                    "this Java is for Intel processors: install one for Apple silicon"
                            + " (brew install temurin@25)");
        }
        if (!mac || !processor.equals(APPLE_SILICON)) {
            return Optional.of(
                    "needs macOS 15 on Apple silicon; this is " + system + " on " + processor);
        }
        String release = version.split("\\.", 2)[0];
        boolean old = release.matches("\\d{1,4}") && Integer.parseInt(release) < OLDEST;
        return old
                ? Optional.of("needs macOS 15 or newer; this is macOS " + version)
                : Optional.empty();
    }
}
