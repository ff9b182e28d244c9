package propane.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The classes of a program, all read at once: while a training runs, its source may be changed and
 * started again, which replaces the files.
 */
final class ProgramClasses extends ClassLoader {
    /** The name by which frames of a stack trace tell that they are the program's. */
    static final String NAME = "program";

    private static final String ENDING = ".class";

    private final Map<String, byte[]> classes = new HashMap<>();

    /** Reads the classes below a folder; those of libraries are loaded as they are needed. */
    ProgramClasses(Path folder, ClassPath libraries) throws IOException {
        super(NAME, libraries.loader());
        List<Path> files;
        try (Stream<Path> found = Files.walk(folder)) {
            files = found.filter(file -> file.toString().endsWith(ENDING)).toList();
        }
        for (Path file : files) {
            String path =
                    folder.relativize(file)
                            .toString()
                            .replace(file.getFileSystem().getSeparator(), ".");
            String name = path.substring(0, path.length() - ENDING.length());
            classes.put(name, Files.readAllBytes(file));
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.getOrDefault(name, new byte[0]);
        if (bytes.length == 0) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}
