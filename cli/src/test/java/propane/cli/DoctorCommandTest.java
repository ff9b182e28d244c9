package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class DoctorCommandTest {
    @TempDir private Path folder;

    @Test
    void itTellsWhatIsThereAndWritesAReport() throws IOException {
        Run run = Run.command("doctor", "--out", folder.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "CPU engine",
                        "oneDNN",
                        "processors",
                        "Core ML shim",
                        Runtime.version() + "")
                .contains("wrote " + folder.resolve("propane-doctor.txt"));
        assertThat(Files.readString(folder.resolve("propane-doctor.txt"))).contains("CPU engine");
        assertThat(Files.readString(folder.resolve("propane-doctor.json")))
                .contains("\"Core ML shim\"", "\"answers\"");
    }
}
