package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class DataFilesTest {
    @TempDir Path folder;
    private String before;

    @BeforeEach
    void beScript() {
        before = System.getProperty(DataFiles.SCRIPT_FOLDER, "");
        System.setProperty(DataFiles.SCRIPT_FOLDER, folder.toString());
    }

    @AfterEach
    void beNone() {
        System.setProperty(DataFiles.SCRIPT_FOLDER, before);
    }

    @Test
    void looksBesideTheScriptForWhatTheCurrentFolderLacks() throws IOException {
        Path beside = Files.createDirectory(folder.resolve("unlikely-data")).resolve("some.csv");
        Files.writeString(beside, "label,x\n1,2\n");
        assertThat(DataFiles.resolve(Path.of("unlikely-data/some.csv"))).isEqualTo(beside);
        assertThat(Dataset.csv(Path.of("unlikely-data/some.csv"), "label").size()).isEqualTo(1);
    }

    @Test
    void prefersTheCurrentFolder() throws IOException {
        Path here = Files.createTempFile(Path.of(""), "here", ".csv");
        try {
            Files.writeString(folder.resolve(here.getFileName()), "x");
            assertThat(DataFiles.resolve(here)).isEqualTo(here);
        } finally {
            Files.delete(here);
        }
    }

    @Test
    void namesBothPlacesItLookedIn() {
        Path missing = Path.of("unlikely-data/some.csv");
        assertThatThrownBy(() -> DataFiles.resolve(missing))
                .isInstanceOf(FormatException.class)
                .hasMessage(
                        missing
                                + ": there is no such file: neither "
                                + missing.toAbsolutePath()
                                + " nor, beside the script, "
                                + folder.resolve(missing));
        System.setProperty(DataFiles.SCRIPT_FOLDER, "");
        assertThatThrownBy(() -> DataFiles.resolve(missing))
                .hasMessage(missing + ": there is no such file: not " + missing.toAbsolutePath());
    }
}
