package propane.ffm;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A native library as a resource, and what its contents are known by.
 *
 * @param url where it is read from
 * @param name the file's name; libraries that load each other need their own names
 * @param crc the CRC-32 of its bytes, which an archive keeps beside them
 * @param size how many bytes it has
 */
record NativeResource(URL url, String name, long crc, long size) {

    /**
     * Finds a resource with what loaded Propane itself, be it the class path, a module, a server's
     * or an archive's own loader, then with what the thread and the JVM load from, at last in
     * modules that are on the module path though nothing requires them.
     */
    static Optional<URL> find(String resource) {
        return Stream.of(
                        Optional.ofNullable(NativeResource.class.getClassLoader()),
                        Optional.ofNullable(Thread.currentThread().getContextClassLoader()),
                        Optional.of(ClassLoader.getSystemClassLoader()))
                .flatMap(Optional::stream)
                .flatMap(loader -> Stream.ofNullable(loader.getResource(resource)))
                .findFirst()
                .or(() -> inModules(System.getProperty("jdk.module.path", ""), resource));
    }

    /** Finds a resource in modules of which nobody knows whether they are part of the program. */
    static Optional<URL> inModules(String modulePath, String resource) {
        return Arrays.stream(modulePath.split(File.pathSeparator))
                .filter(place -> !place.isEmpty())
                .flatMap(place -> inPlace(place, resource).stream())
                .findFirst();
    }

    private static Optional<URL> inPlace(String place, String resource) {
        try {
            return ModuleFinder.of(Path.of(place)).findAll().stream()
                    .flatMap(module -> inModule(module, resource).stream())
                    .findFirst();
        } catch (RuntimeException e) {
            // A place that holds anything but modules has none of ours; the next one may.
            return Optional.empty();
        }
    }

    private static Optional<URL> inModule(ModuleReference module, String resource) {
        try (var reader = module.open()) {
            Optional<URI> found = reader.find(resource);
            return found.isPresent() ? Optional.of(found.get().toURL()) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Looks at a resource.
     *
     * @throws IOException if it cannot be read
     */
    static NativeResource of(URL url, String name) throws IOException {
        URLConnection connection = connection(url);
        if (connection instanceof JarURLConnection archive) {
            try (var jar = archive.getJarFile()) {
                var entry = jar.getEntry(archive.getEntryName());
                if (entry.getCrc() >= 0 && entry.getSize() >= 0) {
                    return new NativeResource(url, name, entry.getCrc(), entry.getSize());
                }
            }
        }
        var crc = new CRC32();
        try (var in = new CheckedInputStream(connection(url).getInputStream(), crc)) {
            long size = in.transferTo(OutputStream.nullOutputStream());
            return new NativeResource(url, name, crc.getValue(), size);
        }
    }

    private static URLConnection connection(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        // A cached connection would keep the jar open and answer for a jar that was replaced.
        connection.setUseCaches(false);
        return connection;
    }

    /** Opens it for reading. */
    InputStream open() throws IOException {
        return connection(url).getInputStream();
    }

    /**
     * Returns the name of the contents: the same for the same bytes, whichever archive has them.
     */
    String key() {
        return String.format(Locale.ROOT, "%08x-%x", crc, size);
    }
}
