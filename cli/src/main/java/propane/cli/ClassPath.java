package propane.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The libraries that a program has beside Propane.
 *
 * @param entries folders of classes and jars, all there, in the order in which they are searched
 */
record ClassPath(List<Path> entries) {
    /** Propane alone. */
    static final ClassPath NONE = new ClassPath(List.of());

    ClassPath {
        entries = List.copyOf(entries);
    }

    /**
     * Reads a path as {@code java} does: entries between {@link File#pathSeparator}; {@code
     * folder/*} stands for all jars of a folder. An empty entry stands for nothing.
     *
     * @throws ProgramException if an entry is not there, which {@code java} would pass over
     */
    static ClassPath of(String path) throws IOException {
        List<Path> entries = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator)) {
            if (entry.equals("*") || entry.endsWith("/*") || entry.endsWith(File.separator + "*")) {
                Path folder = Path.of(entry.substring(0, entry.length() - 1));
                entries.addAll(jars(requireThere(folder, Files.isDirectory(folder))));
            } else if (!entry.isEmpty()) {
                Path file = Path.of(entry);
                entries.add(requireThere(file, Files.exists(file)));
            }
        }
        return new ClassPath(entries);
    }

    private static Path requireThere(Path file, boolean there) {
        if (!there) {
            throw new ProgramException(
                    "--class-path: no such file or folder: "
                            + ProgramSource.shown(file.toAbsolutePath()));
        }
        return file;
    }

    /** Returns the jars of a folder in the order of their names. */
    static List<Path> jars(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.{jar,JAR}")) {
            found.forEach(jars::add);
        }
        jars.sort(null);
        return jars;
    }

    /** Returns this path with more entries after its own. */
    ClassPath with(List<Path> more) {
        return new ClassPath(Stream.concat(entries.stream(), more.stream()).toList());
    }

    /** Tells whether there is nothing but Propane. */
    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Returns the path as javac and jshell take it. */
    String text() {
        return entries.stream()
                .map(entry -> entry.toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns a loader of the classes, for as long as the process lasts. */
    ClassLoader loader() {
        ClassLoader propane = ClassLoader.getSystemClassLoader();
        return entries.isEmpty()
                ? propane
                : new URLClassLoader(
                        entries.stream().map(ClassPath::url).toArray(URL[]::new), propane);
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a text that changes with what lies on the path. */
    String fingerprint() throws IOException {
        var text = new StringBuilder();
        for (Path entry : entries) {
            try (Stream<Path> files = Files.walk(entry.toRealPath())) {
                for (Path file : files.sorted().toList()) {
                    text.append('\n')
                            .append(file.toAbsolutePath())
                            .append(' ')
                            .append(Files.size(file))
                            .append(' ')
                            .append(Files.getLastModifiedTime(file));
                }
            }
        }
        return text.toString();
    }
}
