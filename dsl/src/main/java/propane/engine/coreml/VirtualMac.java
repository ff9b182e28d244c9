package propane.engine.coreml;

import java.io.IOException;

/** Tells whether this machine is a Mac that another machine only pretends to be. */
public final class VirtualMac {
    private VirtualMac() {}

    /** Returns whether it is, by what the system's kernel says; asked once. */
    public static boolean isHere() {
        return Asked.IS_VIRTUAL;
    }

    /** Asks when it is first wanted. */
    private static final class Asked {
        private static final boolean IS_VIRTUAL = ask();

        private static boolean ask() {
            if (!System.getProperty("os.name").startsWith("Mac")) {
                return false;
            }
            try {
                Process process =
                        new ProcessBuilder("/usr/sbin/sysctl", "-n", "kern.hv_vmm_present").start();
                try (var said = process.inputReader()) {
                    return "1".equals(said.readLine());
                }
            } catch (IOException e) {
                // A system that does not tell is taken for a machine of its own.
                return false;
            }
        }
    }
}
