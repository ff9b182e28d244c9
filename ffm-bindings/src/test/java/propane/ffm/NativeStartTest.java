package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.dnnl.DnnlLibrary;
import propane.ffm.dnnl.DnnlSession;
import propane.ffm.dnnl.Operand;

import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** oneDNN is found and loaded in processes of their own, wherever it lies and whatever was kept. */
@EnabledOnOs(OS.LINUX)
class NativeStartTest {
    @TempDir Path folder;

    /** Says what of oneDNN there is; with arguments, to loaders of their own for these places. */
    static final class Start {
        private Start() {}

        public static void main(String[] places) throws Exception {
            if (places.length == 0) {
                System.out.println(DnnlLibrary.availability());
                return;
            }
            var urls = new URL[places.length];
            for (int i = 0; i < places.length; i++) {
                urls[i] = Path.of(places[i]).toUri().toURL();
            }
            for (int i = 0; i < 2; i++) {
                // As a server loads two applications.
                var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
                System.out.println(
                        loader.loadClass(DnnlLibrary.class.getName())
                                .getMethod("availability")
                                .invoke(null));
            }
        }
    }

    /** Makes a product and runs it. */
    static final class Product {
        private Product() {}

        public static void main(String[] arguments) {
            try (var session = DnnlSession.open();
                    var arena = Arena.ofShared()) {
                long[] dims = {64, 64};
                long[] strides = {64, 1};
                var x = new Operand(arena.allocate(4 * 64 * 64, 64), dims, strides);
                var result = new Operand(arena.allocate(4 * 64 * 64, 64), dims, strides);
                session.matmul(x, x, result).execute();
                System.out.println("made");
            }
        }
    }

    private static Path root(Class<?> type) throws Exception {
        var source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
        return Path.of(source.getLocation().toURI());
    }

    private static Path natives() throws Exception {
        String resource = "org/bytedeco/dnnl/" + Platform.current() + "/libdnnl.so.3";
        var found = NativeResource.find(resource);
        assumeTrue(found.isPresent(), "no natives for " + Platform.current());
        var archive = (JarURLConnection) found.orElseThrow().openConnection();
        return Path.of(archive.getJarFileURL().toURI());
    }

    private String started(String cache, Object... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Djava.io.tmpdir=" + folder);
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("XDG_CACHE_HOME", cache);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private String onClassPath(String cache) throws Exception {
        String path = String.join(":", places());
        return started(cache, "-cp", path, Start.class.getName());
    }

    private static List<String> places() throws Exception {
        return Stream.of(root(DnnlLibrary.class), root(Start.class), natives())
                .map(Path::toString)
                .toList();
    }

    private Path unpacked() throws Exception {
        try (Stream<Path> all = Files.walk(folder.resolve("propane"))) {
            return all.filter(file -> file.endsWith("libdnnl.so.3")).findFirst().orElseThrow();
        }
    }

    @Test
    void aLibraryThatIsDamagedOrAnotherIsNotRunButRepaired() throws Exception {
        assertThat(onClassPath(folder.toString())).startsWith("oneDNN ");
        Path file = unpacked();
        long size = Files.size(file);
        try (var damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek(size / 4);
            damaged.write(new byte[(int) (size / 4)]);
        }
        assertThat(onClassPath(folder.toString())).startsWith("oneDNN ");
        try (var other = new RandomAccessFile(file.toFile(), "rw")) {
            other.write("not a library".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(onClassPath(folder.toString())).startsWith("oneDNN ");
        assertThat(file).hasSize(size);
    }

    @Test
    void aThreadOfLittleStackLoadsAndMakes() throws Exception {
        String path = String.join(":", places());
        String said = started(folder.toString(), "-Xss256k", "-cp", path, Product.class.getName());
        assertThat(said).isEqualTo("made\n");
    }

    @Test
    void whereNothingCanBeKeptACopyIsLoadedAndGone() throws Exception {
        // A file in place of the folder: nothing can be unpacked there.
        Path cache = Files.createFile(folder.resolve("cache"));
        assertThat(onClassPath(cache.toString())).startsWith("oneDNN ");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(cache);
        }
    }

    @Test
    void eachLoaderOfAServerFindsItsOwn() throws Exception {
        String only = root(Start.class) + ":" + root(DnnlLibrary.class);
        String application = root(DnnlLibrary.class).toString();
        String said =
                started(
                        folder.toString(),
                        "-cp",
                        only,
                        Start.class.getName(),
                        application + "/",
                        natives());
        assertThat(said.lines()).hasSize(2).allMatch(line -> line.startsWith("oneDNN "));
    }

    @Test
    void theModulePathIsSearched() throws Exception {
        String said =
                started(
                        folder.toString(),
                        "--enable-native-access=propane.ffm",
                        "-p",
                        root(DnnlLibrary.class) + ":" + natives(),
                        "--patch-module",
                        "propane.ffm=" + root(Start.class),
                        "-m",
                        "propane.ffm/" + Start.class.getName());
        assertThat(said).contains("oneDNN ");
    }
}
