package propane.coreml.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.stream.Collectors.joining;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.disk.Disk;
import propane.tensor.FormatException;
import propane.tensor.PropaneException;
import propane.writing.AtomicFolder;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

class PackageFolderTest {
    @TempDir Path folder;

    @Test
    void replacesAPackageOnlyByAWholeOne() throws IOException {
        Path target = folder.resolve("Digits.mlpackage");
        write(target, "first");
        assertThat(content(target)).isEqualTo("first");
        assertThatThrownBy(() ->
                        PackageFolder.write(
                                target,
                                temporary -> {
                                    Files.writeString(temporary.resolve("part"), "half");
                                    throw new IOException("No space left on device");
                                }))
                .isInstanceOf(PropaneException.class)
                .hasMessageStartingWith(target + ": could not be written: No space left on device")
                .hasMessageContaining("what stood there is untouched");
        assertThatThrownBy(() ->
                        PackageFolder.write(
                                target,
                                _ -> {
                                    throw new FormatException("the check failed");
                                }))
                .hasMessage("the check failed");
        assertThat(content(target)).isEqualTo("first");
        requireAlone(target);
        write(target, "second");
        assertThat(content(target)).isEqualTo("second");
        requireAlone(target);
    }

    @Test
    void replacesNothingButPackages() throws IOException {
        Path papers = Files.createDirectory(folder.resolve("papers"));
        Files.writeString(papers.resolve("thesis.txt"), "years of work");
        Path file = Files.writeString(folder.resolve("file"), "text");
        for (Path place : new Path[] {papers, file}) {
            assertThatThrownBy(() -> write(place, "new"))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("what stands there is no package and is not replaced");
        }
        assertThat(papers.resolve("thesis.txt")).hasContent("years of work");
        assertThatThrownBy(() -> write(folder.resolve("none").resolve("X.mlpackage"), "new"))
                .hasMessageContaining("there is no folder " + folder.resolve("none"));
        Path empty = Files.createDirectory(folder.resolve("Empty.mlpackage"));
        write(empty, "new");
        assertThat(content(empty)).isEqualTo("new");
    }

    @Test
    void findsAPackageAgainWhoseReplacementWasBrokenOff() throws IOException {
        Path target = folder.resolve("Digits.mlpackage");
        write(target, "first");
        // Where a power cut between the two renamings leaves it.
        Path former = AtomicFolder.former(target);
        Files.move(target, former);
        assertThatThrownBy(() -> MlPackage.open(target))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("the former one is whole at " + former);
        assertThatThrownBy(() ->
                        PackageFolder.write(
                                target,
                                _ -> {
                                    throw new IOException("again");
                                }))
                .isInstanceOf(PropaneException.class);
        assertThat(content(target)).isEqualTo("first");
        requireAlone(target);
    }

    /** Begins to write a package and never ends; runs in a process of its own. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) {
            PackageFolder.write(
                    Path.of(args[0]),
                    temporary -> {
                        Files.writeString(temporary.resolve(MlPackage.MANIFEST), "half");
                        System.out.println("written");
                        LockSupport.park();
                    });
        }
    }

    private static Process endless(Path target) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes =
                Stream.of(Disk.class, PackageFolder.class, Endless.class)
                        .map(PackageFolderTest::root)
                        .collect(joining(File.pathSeparator));
        var process =
                new ProcessBuilder(java, "-cp", classes, Endless.class.getName(), target.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(process.inputReader().readLine()).isEqualTo("written");
        return process;
    }

    private static String root(Class<?> type) {
        try {
            var source = type.getProtectionDomain().getCodeSource().getLocation();
            return Path.of(source.toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatKilledWritersLeftIsSweptAndWhatLivingOnesWriteStays() throws Exception {
        Path target = folder.resolve("Digits.mlpackage");
        Path others = Files.createDirectory(folder.resolve(".Other.mlpackage.4194305-1.tmp"));
        Process living = endless(target);
        try {
            endless(target).destroyForcibly().waitFor();
            // As former releases called them: by process, none of which has this number.
            Path former = Files.createDirectory(folder.resolve(".Digits.mlpackage.4194305-1.tmp"));
            Files.writeString(former.resolve("part"), "half");
            long pid = ProcessHandle.current().pid();
            Path own = Files.createDirectory(folder.resolve(".Digits.mlpackage." + pid + "-1.tmp"));
            assertThat(temporaries()).hasSize(7);
            write(target, "first");
            assertThat(temporaries()).hasSize(4).contains(others, own);
            Files.delete(own);
        } finally {
            living.destroyForcibly().waitFor();
        }
        write(target, "second");
        assertThat(temporaries()).containsExactly(others);
        assertThat(content(target)).isEqualTo("second");
    }

    private List<Path> temporaries() throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(each -> each.getFileName().toString().startsWith(".")).toList();
        }
    }

    @Test
    void severalWritersOfOnePackageDisturbNeitherEachOtherNorThePackage() throws Exception {
        Path target = folder.resolve("Digits.mlpackage");
        write(target, "0");
        try (var threads = Executors.newFixedThreadPool(4)) {
            Callable<Void> each =
                    () -> {
                        for (int i = 0; i < 20; i++) {
                            write(target, "1");
                            content(target);
                        }
                        return null;
                    };
            for (var done : threads.invokeAll(Collections.nCopies(4, each))) {
                done.get();
            }
        }
        assertThat(content(target)).isEqualTo("1");
        requireAlone(target);
    }

    @Test
    void followsALink() throws IOException {
        Path real = Files.createDirectory(folder.resolve("elsewhere")).resolve("Real.mlpackage");
        write(real, "first");
        Path link = Files.createSymbolicLink(folder.resolve("Link.mlpackage"), real);
        write(link, "second");
        assertThat(content(real)).isEqualTo("second");
        assertThat(link).isSymbolicLink();
    }

    private static void write(Path target, String content) {
        PackageFolder.write(
                target,
                temporary -> {
                    Files.writeString(temporary.resolve(MlPackage.MANIFEST), content);
                    Files.createDirectory(temporary.resolve("inner"));
                });
    }

    private static String content(Path target) throws IOException {
        return Files.readString(target.resolve(MlPackage.MANIFEST));
    }

    private void requireAlone(Path target) throws IOException {
        try (var entries = Files.list(folder)) {
            assertThat(entries).containsExactly(target);
        }
    }
}
