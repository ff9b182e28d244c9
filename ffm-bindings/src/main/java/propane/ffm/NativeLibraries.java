package propane.ffm;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Loads native libraries that lie on the class path or module path as resources. */
public final class NativeLibraries {
    private NativeLibraries() {}

    /**
     * Loads libraries, each before those that need it.
     *
     * @param folder the resources' folder, for example {@code org/bytedeco/dnnl/linux-x86_64}
     * @param names the files' names
     * @param remedy what to do where a resource is missing
     * @return whether they are loaded, described by the last one's name
     */
    public static Availability load(String folder, List<String> names, String remedy) {
        if (System.getProperty("propane.natives", "").equals("none")) {
            return new Availability.Missing("switched off by -Dpropane.natives=none");
        }
        if (names.isEmpty()) {
            return new Availability.Missing("there is none for " + Platform.current());
        }
        try {
            for (String name : names) {
                Optional<URL> found = NativeResource.find(folder + "/" + name);
                if (found.isEmpty()) {
                    return new Availability.Missing(
                            folder
                                    + "/"
                                    + name
                                    + " is neither on the class path nor on the module path; "
                                    + remedy);
                }
                load(NativeResource.of(found.get(), name));
            }
            return new Availability.Available(names.getLast());
        } catch (IOException | NativeException | UnsatisfiedLinkError e) {
            return new Availability.Missing(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Loads a library from the user's cache, or else, where that is nobody's to write to or to run
     * from, or another class loader holds the file, from a copy that is gone again at once.
     */
    private static void load(NativeResource resource) throws IOException {
        try {
            Path natives = Platform.current().cache().resolve("propane").resolve("natives");
            loadDeep(new UnpackedResources(natives).unpack(resource));
        } catch (NativeException | UnsatisfiedLinkError e) {
            loadCopy(resource, e);
        }
    }

    private static void loadDeep(Path library) {
        DeepStack.call(() -> {
            System.load(library.toString());
            return library;
        });
    }

    private static void loadCopy(NativeResource resource, Throwable why) throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        new Leftovers(temporary).sweepCopies();
        Path folder = Files.createTempDirectory(temporary, Leftovers.COPY);
        try {
            loadDeep(new UnpackedResources(folder).unpack(resource));
        } catch (NativeException | UnsatisfiedLinkError e) {
            e.addSuppressed(why);
            throw e;
        } finally {
            // What is loaded stays so without its file, but on Windows, where this cannot delete.
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
                each.toFile().deleteOnExit();
                Files.deleteIfExists(each);
            }
        } catch (IOException _) {
            // It lies in the folder of temporary files, where others sweep, too.
            return;
        }
    }
}
