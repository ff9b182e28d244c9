package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.FormatException;
import propane.tensor.PropaneException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
        Path former = PackageFolder.former(target);
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
