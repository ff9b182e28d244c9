package propane.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

final class TemporaryFolderTest {
    @TempDir private Path folder;

    private static String state(Path path) {
        return TemporaryFolder.state(Map.of("TMPDIR", path.toString()), false);
    }

    @Test
    void itsStateIsTold() throws IOException {
        assertThat(TemporaryFolder.state(Map.of(), false)).isEqualTo("not set");
        assertThat(state(folder)).isEqualTo(folder + ", writable");
        assertThat(state(folder.resolve("none"))).endsWith("none, which does not exist");
        assertThat(state(Files.createFile(folder.resolve("file")))).endsWith("is no folder");
        // Nobody writes there, not even an administrator.
        assertThat(state(Path.of("/proc/self"))).endsWith("which cannot be written to");
    }

    @Test
    void onAMacTheCompileServiceIsSpokenOf() {
        assertThat(TemporaryFolder.state(Map.of(), true))
                .startsWith("not set; Core ML's compile service must be able to use it");
        assertThat(TemporaryFolder.state(Map.of("TMPDIR", "/var/folders/x/y/T/"), true))
                .startsWith("/var/folders/x/y/T/, which does not exist; Core ML's")
                .endsWith(" other processes");
        assertThat(TemporaryFolder.state(Map.of("TMPDIR", folder.toString()), true))
                .startsWith(folder + ", writable, not below /var/folders/, as macOS has it, but")
                .contains("sandboxed shell; Core ML's");
    }
}
