package propane.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.estimate.MeasuredFigures;
import propane.disk.PowerCut;
import propane.disk.RecordedDisk;
import propane.engine.coreml.MachineReport;
import propane.ffm.disk.Disk;
import propane.tensor.PropaneException;
import propane.train.result.History;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A disk that takes no more from any call on: one error, the old file, nothing left over. */
class DiskFullTest {
    @TempDir private Path folder;

    @Test
    void theOldOneStaysAndNothingIsLeft() throws IOException {
        var kinds = new ArrayList<>(Kept.FILES);
        kinds.add(Kept.PACKAGE);
        for (Kept kept : kinds) {
            Path file = folder.resolve(kept.name());
            kept.write().accept(file, 1);
            RecordedDisk whole = RecordedDisk.whole();
            Disk.with(whole, () -> kept.write().accept(file, 1));
            for (int call = 0; call < whole.calls().size(); call++) {
                for (var disk : List.of(RecordedDisk.fullAt(call), RecordedDisk.failingAt(call))) {
                    if (!fails(disk, kept, file)) {
                        // What is deleted at the end comes after the last call that counts.
                        assertThat(kept.read().apply(file)).isEqualTo(2);
                        restore(kept, file);
                    }
                    try (var all = Files.list(folder)) {
                        assertThat(all).containsExactly(file);
                    }
                }
            }
            PowerCut.empty(folder);
        }
    }

    /** Writes the old one again, on a disk that waits for nothing. */
    private static void restore(Kept kept, Path file) {
        Disk.with(RecordedDisk.whole(), () -> kept.write().accept(file, 1));
    }

    private static boolean fails(RecordedDisk disk, Kept kept, Path file) {
        try {
            Disk.with(disk, () -> kept.write().accept(file, 2));
            return false;
        } catch (PropaneException e) {
            boolean stands = e.getMessage().contains("it stands there, but may not outlive");
            assertThat(e)
                    .hasMessageStartingWith(file + ": could not be written")
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining(stands ? "power cut" : "untouched");
            assertThat(kept.read().apply(file)).isEqualTo(stands ? 2 : 1);
            if (stands) {
                restore(kept, file);
            }
            return true;
        }
    }

    @Test
    @DisabledOnOs(WINDOWS)
    void onlyFilesAreReplaced() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        var history = new History(List.of());
        var report = new MachineReport("here", Map.of(), List.of());
        System.setProperty(MachineReport.PLACE, pipe.toString());
        System.setProperty(MeasuredFigures.PLACE, pipe.toString());
        try {
            for (Runnable each :
                    List.<Runnable>of(
                            report::keep,
                            () -> MeasuredFigures.keep("M1", Map.of(), "here"),
                            () -> history.writeCsv(pipe),
                            () -> history.writeJsonLines(pipe))) {
                assertThatThrownBy(each::run)
                        .isInstanceOf(PropaneException.class)
                        .hasMessageContaining("it is a pipe or a device");
            }
        } finally {
            System.clearProperty(MachineReport.PLACE);
            System.clearProperty(MeasuredFigures.PLACE);
        }
        try (var all = Files.list(folder)) {
            assertThat(all).containsExactly(pipe);
        }
    }
}
