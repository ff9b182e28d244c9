package propane.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.disk.Disk;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.writing.AtomicFile;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

class AtomicFileTest {
    @TempDir Path folder;

    /**
     * Saves so many floats to a file and ends with 3 if that fails; runs in a process of its own.
     */
    static final class Saver {
        private Saver() {}

        public static void main(String[] args) {
            float[] values = new float[Integer.parseInt(args[1])];
            try {
                Checkpoint.of(Weights.none().with("w", NDArray.of(values))).write(Path.of(args[0]));
            } catch (PropaneException e) {
                System.err.println(e.getMessage());
                System.exit(3);
            }
        }
    }

    @Test
    @DisabledOnOs(WINDOWS)
    void keepsTheOldFileWhenTheDiskIsFull() throws Exception {
        Path file = folder.resolve("run.ckpt");
        assertThat(save(file, 1_000, "unlimited")).isEmpty();
        byte[] before = Bytes.read(file);

        assertThat(save(file, 100_000, "64"))
                .startsWith(file + ": could not be written (400")
                .contains(" bytes): ")
                .contains("; the file that stood there is untouched.");

        assertThat(Bytes.read(file)).isEqualTo(before);
        assertThat(Checkpoint.read(file).weights().size()).isEqualTo(1_000);
        requireAlone(file);
        assertThat(save(folder.resolve("new.ckpt"), 100_000, "64"))
                .contains("; nothing was left behind.");
        requireAlone(file);
        assertThat(save(file, 100_000, "unlimited")).isEmpty();
        assertThat(Checkpoint.read(file).weights().size()).isEqualTo(100_000);
    }

    /** Returns what a child process says that may write files of so many kilobytes. */
    private static String save(Path file, int floats, String kilobytes) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = classes(Saver.class);
        var command =
                "ulimit -f %s; exec '%s' -XX:-UsePerfData -cp '%s' '%s' '%s' %d"
                        .formatted(kilobytes, java, classes, Saver.class.getName(), file, floats);
        var process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(said.isEmpty() ? 0 : 3);
        return said;
    }

    private static String classes(Class<?> main) throws Exception {
        return String.join(":", root(Disk.class), root(Checkpoint.class), root(main));
    }

    private static String root(Class<?> type) throws Exception {
        String name = type.getName().replace('.', '/') + ".class";
        String found = Objects.requireNonNull(type.getResource("/" + name), name).toString();
        String root = found.substring(0, found.length() - name.length());
        // Of an archive it is jar:file:…!/
        return Path.of(URI.create(root.replaceFirst("^jar:", "").replaceFirst("!/$", "")))
                .toString();
    }

    @Test
    void deletesTheTemporaryFileWhenTheContentsFail() {
        Path file = Bytes.write(folder.resolve("f"), new byte[] {1, 2});
        assertThatThrownBy(() ->
                        AtomicFile.write(
                                file,
                                9,
                                out -> {
                                    out.write(new byte[1 << 20]);
                                    throw new IOException("no more");
                                }))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("(9 bytes): no more; the file that stood there is untouched");
        assertThat(Bytes.read(file)).containsExactly(1, 2);
        requireAlone(file);
        assertThatThrownBy(() ->
                        AtomicFile.write(
                                file,
                                9,
                                out -> {
                                    out.write(new byte[1 << 20]);
                                    throw new IllegalStateException("bug");
                                }))
                .isInstanceOf(IllegalStateException.class);
        requireAlone(file);
    }

    @Test
    void refusesFoldersThatAreNotThere() {
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/f"), 1, out -> out.write(1)))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("there is no folder " + folder.resolve("no"));
        assertThatThrownBy(() -> AtomicFile.write(folder, 1, out -> out.write(1)))
                .hasMessageContaining("it is a folder");
    }

    @Test
    void writesInAThreadThatWasInterrupted() {
        Path file = folder.resolve("f");
        Thread.currentThread().interrupt();
        AtomicFile.write(file, 1, out -> out.write(7));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Bytes.read(file)).containsExactly(7);
    }

    @Test
    @DisabledOnOs(WINDOWS)
    void replacesWhatALinkPointsTo() throws IOException {
        Path real = Bytes.write(folder.resolve("real"), new byte[] {1});
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        AtomicFile.write(link, 1, out -> out.write(2));
        assertThat(link).isSymbolicLink();
        assertThat(Bytes.read(real)).containsExactly(2);
    }

    /** Begins to write a file and never ends; runs in a process of its own. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) {
            AtomicFile.write(
                    Path.of(args[0]),
                    1,
                    out -> {
                        out.write(new byte[1 << 20]);
                        out.flush();
                        System.out.println("written");
                        LockSupport.park();
                    });
        }
    }

    private static Process endless(Path file) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = classes(Endless.class);
        var process =
                new ProcessBuilder(java, "-cp", classes, Endless.class.getName(), file.toString())
                        .start();
        assertThat(process.inputReader().readLine()).isEqualTo("written");
        return process;
    }

    @Test
    @DisabledOnOs(WINDOWS)
    void whatKilledWritersLeftIsSweptAndWhatLivingOnesWriteStays() throws Exception {
        Path file = folder.resolve("run.ckpt");
        Path others = Bytes.write(folder.resolve(".run-best.ckpt.12ab.tmp"), new byte[3]);
        Path users = Bytes.write(folder.resolve(".run.ckpt.mine.old.tmp"), new byte[3]);
        Process living = endless(file);
        try {
            endless(file).destroyForcibly().waitFor();
            Bytes.write(folder.resolve(".run.ckpt.4711-1.tmp"), new byte[3]);
            assertThat(temporaries()).hasSize(5);
            AtomicFile.write(file, 1, out -> out.write(7));
            assertThat(temporaries()).hasSize(3).contains(others, users);
        } finally {
            living.destroyForcibly().waitFor();
        }
        AtomicFile.write(file, 1, out -> out.write(8));
        assertThat(temporaries()).containsExactlyInAnyOrder(others, users);
        assertThat(Bytes.read(file)).containsExactly(8);
    }

    private List<Path> temporaries() throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(each -> each.toString().endsWith(".tmp")).toList();
        }
    }

    @Test
    void severalWritersOfOneFileDisturbNeitherEachOtherNorTheFile() throws Exception {
        Path file = folder.resolve("f");
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<Void> each =
                    () -> {
                        for (int i = 0; i < 50; i++) {
                            AtomicFile.write(file, 4, out -> out.write(new byte[] {1, 2, 3, 4}));
                        }
                        return null;
                    };
            for (var done : threads.invokeAll(Collections.nCopies(8, each))) {
                done.get();
            }
        }
        assertThat(Bytes.read(file)).containsExactly(1, 2, 3, 4);
        requireAlone(file);
    }

    @Test
    @DisabledOnOs(WINDOWS)
    void replacesFilesOnly() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        for (Path special : List.of(pipe, Path.of("/dev/null"))) {
            assertThatThrownBy(() -> AtomicFile.write(special, 1, out -> out.write(1)))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining(special + ": could not be written")
                    .hasMessageContaining("it is a pipe or a device");
            assertThat(special).exists();
            assertThat(Files.isRegularFile(special)).isFalse();
        }
        requireAlone(pipe);
    }

    private void requireAlone(Path file) {
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
