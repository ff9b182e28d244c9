package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.disk.Tree;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class UnpackedResourcesTest {
    @TempDir Path folder;

    private Path natives;
    private byte[] library;
    private NativeResource resource;
    private UnpackedResources unpacked;

    @BeforeEach
    void archive() throws IOException {
        natives = folder.resolve("cache").resolve("propane").resolve("natives");
        library = new byte[100_000];
        new Random(1).nextBytes(library);
        resource = NativeResource.of(archived("natives.jar", library), "libx.so");
        unpacked = new UnpackedResources(natives);
    }

    private URL archived(String archive, byte[] bytes) throws IOException {
        Path jar = folder.resolve(archive);
        try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("org/libx.so"));
            out.write(bytes);
            out.closeEntry();
        }
        return URI.create("jar:" + jar.toUri() + "!/org/libx.so").toURL();
    }

    private static Instant daysAgo(int days) {
        return Instant.now().minus(Duration.ofDays(days));
    }

    @Test
    void aFileIsUnpackedOnceAndIsThisUsersAlone() throws IOException {
        Path file = unpacked.unpack(resource);
        assertThat(file).hasBinaryContent(library).isAbsolute();
        var before = FileTime.from(daysAgo(3));
        Files.setLastModifiedTime(file, before);
        assertThat(unpacked.unpack(resource)).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
        if (Files.getFileStore(natives).supportsFileAttributeView("posix")) {
            for (Path each : Stream.of(natives, file.getParent()).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .isEqualTo("rwx------");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .startsWith("r")
                    .doesNotMatch("....w.*|.......w.");
        }
    }

    @Test
    void whatDiffersInABitOrLengthIsUnpackedAgain() throws IOException {
        Path file = unpacked.unpack(resource);
        byte[] zeroed = library.clone();
        Arrays.fill(zeroed, 20_000, 45_000, (byte) 0);
        byte[] flipped = library.clone();
        flipped[99_999] ^= 1;
        byte[] other = new byte[library.length];
        new Random(2).nextBytes(other);
        for (byte[] wrong : new byte[][] {zeroed, flipped, other, new byte[0], {1, 2, 3}}) {
            Files.write(file, wrong);
            Files.setLastModifiedTime(file, FileTime.from(daysAgo(1)));
            assertThat(unpacked.unpack(resource)).hasBinaryContent(library);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkIsReplacedAndWhatItPointsToStays() throws IOException {
        Path file = unpacked.unpack(resource);
        Path elsewhere = Files.write(folder.resolve("elsewhere"), library);
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        assertThat(unpacked.unpack(resource)).hasBinaryContent(library);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(elsewhere).hasBinaryContent(library);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void othersLoseTheRightToWrite() throws IOException {
        Path file = unpacked.unpack(resource);
        var open = PosixFilePermissions.fromString("rwxrwxrwx");
        for (Path each : Stream.of(natives, file.getParent(), file).toList()) {
            Files.setPosixFilePermissions(each, open);
        }
        unpacked.unpack(resource);
        for (Path each : Stream.of(natives, file.getParent()).toList()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isEqualTo("rwxr-xr-x");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .doesNotMatch("....w.*|.......w.");
    }

    /** Bytes of the same sum are easily made; who could write the file may have done so. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatOthersCouldHaveWrittenIsUnpackedAgain() throws IOException {
        Path file = unpacked.unpack(resource);
        for (String mode : new String[] {"rw-rw-r--", "rw-r--rw-"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            Object before = Files.getAttribute(file, "unix:ino");
            assertThat(unpacked.unpack(resource)).hasBinaryContent(library);
            assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
        }
        Object before = Files.getAttribute(file, "unix:ino");
        assumeTrue(gives(file, 12_345), "only the administrator gives files away");
        assertThat(unpacked.unpack(resource)).hasBinaryContent(library);
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
    }

    @Test
    void whatStandsInPlaceOfTheFolderOfALibraryIsReplaced() throws IOException {
        Path place = unpacked.unpack(resource).getParent();
        Tree.delete(place);
        Files.write(place, new byte[3]);
        assertThat(unpacked.unpack(resource)).hasBinaryContent(library);
    }

    /** A user that no list of users has bears a number in place of a name. */
    @Test
    void filesOfAProcessBelongToItsUser() throws IOException {
        var name = ProcessHandle.current().info().user();
        assumeTrue(name.isPresent(), "the system tells no name");
        assumeTrue(
                Files.getFileStore(folder).supportsFileAttributeView("posix"), "no names of users");
        assertThat(PrivateFolder.ownerOfNewFiles()).isEqualTo(name.get());
    }

    @Test
    void copiesOfTheDeadAreSweptAfterADay() throws IOException {
        Path dead = library(folder.resolve(Leftovers.COPY + "1"), 2);
        Path alive = library(folder.resolve(Leftovers.COPY + "2"), 0);
        Path others = library(folder.resolve("propane-other"), 2);
        new Leftovers(folder).sweepCopies();
        assertThat(dead).doesNotExist();
        assertThat(Stream.of(alive, others)).allMatch(Files::exists);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void nothingIsRunFromAFolderOfSomebodyElse() throws IOException {
        Path file = unpacked.unpack(resource);
        for (Path each : Stream.of(file.getParent(), natives).toList()) {
            Object owner = Files.getAttribute(each, "unix:uid");
            assumeTrue(gives(each, 12_345), "only the administrator gives files away");
            assertThatThrownBy(() -> unpacked.unpack(resource))
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("belongs to 12345, not to")
                    .hasMessageContaining("no library is run from there");
            Files.setAttribute(each, "unix:uid", owner);
            assertThat(unpacked.unpack(resource)).isEqualTo(file);
        }
    }

    private static boolean gives(Path file, int user) {
        try {
            Files.setAttribute(file, "unix:uid", user);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void anArchiveThatIsDamagedLeavesNothing() throws IOException {
        var url = archived("damaged.jar", library);
        var lying = new NativeResource(url, "libx.so", resource.crc() ^ 1, resource.size());
        assertThatThrownBy(() -> unpacked.unpack(lying))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("is damaged");
        try (Stream<Path> left = Files.walk(natives)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void partsOfTheDeadAndWhatIsLongUnusedAreSwept() throws IOException {
        Files.createDirectories(natives);
        Path dead = Files.write(natives.resolve("libx.so-1.part"), new byte[10]);
        Path alive = Files.write(natives.resolve("libx.so-2.part"), new byte[10]);
        Path unused = library(natives.resolve("0badcafe-10"), 31);
        Path recent = library(natives.resolve("0badcafe-11"), 29);
        Path former = library(natives.resolveSibling("588c998-19f1a2b3c40"), 31);
        Path others = library(natives.resolveSibling("compiled"), 31);
        try (var channel = FileChannel.open(alive, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            unpacked.unpack(resource);
        }
        assertThat(Stream.of(dead, unused, former)).noneMatch(Files::exists);
        assertThat(Stream.of(alive, recent, others)).allMatch(Files::exists);
        // What is used counts as used, however long ago it was unpacked.
        Path file = unpacked.unpack(resource);
        Files.setLastModifiedTime(file.getParent(), FileTime.from(daysAgo(31)));
        unpacked.unpack(resource);
        assertThat(Files.getLastModifiedTime(file.getParent()).toInstant()).isAfter(daysAgo(1));
        assertThat(file).exists();
    }

    private static Path library(Path place, int daysUnused) throws IOException {
        Files.createDirectories(place);
        Files.write(place.resolve("libx.so"), new byte[16]);
        return Files.setLastModifiedTime(place, FileTime.from(daysAgo(daysUnused)));
    }

    @Test
    void severalMayUnpackAtOnce() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<Path> each = () -> new UnpackedResources(natives).unpack(resource);
            for (var done : threads.invokeAll(Collections.nCopies(8, each))) {
                assertThat(done.get()).hasBinaryContent(library);
            }
        }
        try (Stream<Path> left = Files.list(natives)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void aFileThatIsNoArchiveIsSummedUp() throws IOException {
        Path plain = Files.write(folder.resolve("libx.so"), library);
        var read = NativeResource.of(plain.toUri().toURL(), "libx.so");
        assertThat(read.key()).isEqualTo(resource.key());
        try (var file = new RandomAccessFile(plain.toFile(), "rw")) {
            file.write(1);
        }
        assertThat(NativeResource.of(plain.toUri().toURL(), "libx.so").key())
                .isNotEqualTo(resource.key());
    }
}
