package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.json.JsonField;
import propane.tensor.FormatException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class MachineReportTest {
    @TempDir Path folder;

    @BeforeEach
    void keepReportsHere() {
        System.setProperty(MachineReport.PLACE, folder.resolve("kept/doctor.json").toString());
    }

    @AfterEach
    void keepReportsInTheCache() {
        System.clearProperty(MachineReport.PLACE);
    }

    private static MachineReport report(String system) {
        return new MachineReport(
                system,
                Map.of("java", "25"),
                List.of(
                        new Answer("states", "?", Answer.Outcome.NO, "refused", Map.of()),
                        new Answer(
                                "scalars", "?", Answer.Outcome.YES, "taken", Map.of("ms", 1.5))));
    }

    @Test
    void whatIsKeptIsFoundAgainOnTheSameSystem() {
        assertThat(MachineReport.kept()).isEmpty();
        MachineReport report = report(MachineReport.thisSystem());
        report.keep();
        assertThat(MachineReport.kept()).contains(report);
        assertThat(report.says("scalars")).isTrue();
        assertThat(report.says("states")).isFalse();
        assertThat(report.says("never asked")).isFalse();
    }

    @Test
    void answersOfAnotherSystemDoNotHold() {
        report("Mac OS X 14.0 aarch64").keep();
        assertThat(MachineReport.kept()).isEmpty();
    }

    @Test
    void aFileOfGigabytesIsNotReadIntoMemory() throws IOException {
        Path kept = Files.createDirectories(folder.resolve("kept")).resolve("doctor.json");
        try (var file = new RandomAccessFile(kept.toFile(), "rw")) {
            file.setLength(3L << 30);
        }
        assertThat(MachineReport.kept()).isEmpty();
        assertThatThrownBy(() -> JsonField.read(kept, 1 << 20))
                .isInstanceOf(FormatException.class)
                .hasMessage(kept + ": has 3221225472 bytes; at most 1048576 are read");
    }

    @Test
    void aBrokenFileIsAsNone() throws IOException {
        report(MachineReport.thisSystem()).keep();
        Files.writeString(MachineReport.place(), "{\"format\": 1,");
        assertThat(MachineReport.kept()).isEmpty();
        assertThatThrownBy(() -> MachineReport.read("{\"format\": 2}", "here"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("format");
    }
}
