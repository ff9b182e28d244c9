package propane.guarantees;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.disk.Disk;
import propane.tensor.Tensor;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Nothing leaves the machine: no code of ours can reach a network, and none tries to. */
class PrivacyTest {
    private static final Pattern NETWORK =
            Pattern.compile(
                    "java/net/(http/.*|.*Socket.*|Inet.*|.*URLConnection|NetworkInterface)"
                            + "|java/nio/channels/.*(Socket|Datagram).*"
                            + "|java/rmi/.*|javax/net/.*|javax/naming/.*|com/sun/net/.*");

    /** Reads libraries from the archive of the class path that they lie in. */
    private static final String OWN_ARCHIVE = "NativeResource.class knows java/net/";

    @Test
    void noClassKnowsTheNetwork() throws IOException {
        var found = new ArrayList<String>();
        int classes = 0;
        for (Class<?> type : List.of(Tensor.class, Disk.class)) {
            Path place = place(type);
            if (Files.isDirectory(place)) {
                classes += search(place, found);
            } else {
                try (var archive = FileSystems.newFileSystem(place)) {
                    classes += search(archive.getPath("/"), found);
                }
            }
        }
        found.removeIf(each ->
                each.endsWith(OWN_ARCHIVE + "URLConnection")
                        || each.endsWith(OWN_ARCHIVE + "JarURLConnection"));
        assertThat(found).isEmpty();
        assertThat(classes).isGreaterThan(500);
        assertThat(NETWORK.matcher("java/net/HttpURLConnection").matches()).isTrue();
        assertThat(NETWORK.matcher("java/nio/channels/SocketChannel").matches()).isTrue();
    }

    private static Path place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static int search(Path root, List<String> found) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> classes = files.filter(file -> file.toString().endsWith(".class")).toList();
            classes.forEach(file -> search(file, found::add));
            return classes.size();
        }
    }

    private static void search(Path file, Consumer<String> found) {
        try {
            for (var entry : ClassFile.of().parse(Files.readAllBytes(file)).constantPool()) {
                if (entry instanceof ClassEntry type
                        && NETWORK.matcher(type.asInternalName()).matches()) {
                    found.accept(file + " knows " + type.asInternalName());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void trainingExportingAndDescribingOpenNoSocket(@TempDir Path folder) throws Exception {
        String path =
                String.join(
                        File.pathSeparator,
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""),
                        place(Offline.class).toString());
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.nio.channels.spi.SelectorProvider="
                                        + Offline.Refusing.class.getName(),
                                "-cp",
                                path,
                                Offline.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains(Offline.DONE);
        assertThat(process.exitValue()).as(said).isZero();
    }
}
