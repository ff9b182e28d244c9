package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.disk.DiskState;
import propane.disk.PowerCut;
import propane.disk.RecordedDisk;
import propane.ffm.disk.Disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Whatever a power cut leaves of an unpacked library, the next start has the whole one. */
class UnpackedPowerCutTest {
    @TempDir private Path folder;
    @TempDir private Path scratch;

    private NativeResource library() throws IOException {
        byte[] library = new byte[300_000];
        new Random(1).nextBytes(library);
        Path jar = folder.resolve("natives.jar");
        try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("libx.so"));
            out.write(library);
            out.closeEntry();
        }
        var url = URI.create("jar:" + jar.toUri() + "!/libx.so").toURL();
        return NativeResource.of(url, "libx.so");
    }

    @Test
    void theNextStartHasTheWholeLibrary() throws IOException {
        Path root = Files.createDirectory(folder.resolve("disk"));
        NativeResource resource = library();
        var before = DiskState.of(root);
        RecordedDisk disk = RecordedDisk.whole();
        byte[][] whole = new byte[1][];
        Disk.with(disk, () -> whole[0] = bytes(new UnpackedResources(root).unpack(resource)));
        var cut = new PowerCut(root, before, disk.calls());
        cut.requireOrder();
        int states =
                cut.each(
                        scratch,
                        (left, done) -> {
                            // A disk that waits for nothing: this is no cut any more.
                            Disk.with(
                                    RecordedDisk.whole(),
                                    () ->
                                            assertThat(new UnpackedResources(left).unpack(resource))
                                                    .hasBinaryContent(whole[0]));
                        });
        assertThat(states).isGreaterThan(5);
    }

    @Test
    void aFullDiskIsAnErrorAndLeavesNothing() throws IOException {
        NativeResource resource = library();
        Path root = Files.createDirectory(folder.resolve("disk"));
        RecordedDisk whole = RecordedDisk.whole();
        Disk.with(whole, () -> new UnpackedResources(root).unpack(resource));
        PowerCut.empty(root);
        int failed = 0;
        for (int call = 0; call < whole.calls().size(); call++) {
            try {
                Disk.with(
                        RecordedDisk.fullAt(call),
                        () -> new UnpackedResources(root).unpack(resource));
            } catch (NativeException e) {
                failed++;
                assertThat(e).hasMessageContaining("cannot unpack libx.so into " + root);
            }
            try (var all = Files.walk(root)) {
                assertThat(all.map(Path::toString)).noneMatch(each -> each.endsWith(".part"));
            }
            PowerCut.empty(root);
        }
        assertThat(failed).isGreaterThan(3);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
