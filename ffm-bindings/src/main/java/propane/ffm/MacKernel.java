package propane.ffm;

import java.io.IOException;

/** What the kernel of macOS says of a machine and of this process. */
public final class MacKernel {
    private MacKernel() {}

    /**
     * Returns whether a variable of the kernel is 1; not where there is no such variable, or no
     * macOS.
     *
     * @param variable its name, for example {@code kern.hv_vmm_present}
     */
    public static boolean says(String variable) {
        if (!System.getProperty("os.name").startsWith("Mac")) {
            return false;
        }
        try {
            Process process = new ProcessBuilder("/usr/sbin/sysctl", "-n", variable).start();
            try (var said = process.inputReader()) {
                return "1".equals(said.readLine());
            }
        } catch (IOException e) {
            // A system that does not tell is taken for a plain machine.
            return false;
        }
    }
}
