package propane.ffm;

import java.net.URL;
import java.nio.file.Path;
import java.util.List;

/** Loads native libraries that lie on the class path as resources. */
public final class NativeLibraries {
    private NativeLibraries() {}

    /**
     * Loads libraries, each before those that need it.
     *
     * @param folder the resources' folder, for example {@code org/bytedeco/dnnl/linux-x86_64}
     * @param names the files' names
     * @param remedy what to do where a resource is missing
     * @return whether they are loaded, described by the last one's file
     */
    public static Availability load(String folder, List<String> names, String remedy) {
        if (System.getProperty("propane.natives", "").equals("none")) {
            return new Availability.Missing("switched off by -Dpropane.natives=none");
        }
        if (names.isEmpty()) {
            return new Availability.Missing("there is none for " + Platform.current());
        }
        var cache = new UnpackedResources(Platform.current().cache().resolve("propane"));
        try {
            Path file = Path.of(".");
            for (String name : names) {
                URL resource = ClassLoader.getSystemResource(folder + "/" + name);
                if (resource == null) {
                    return new Availability.Missing(
                            folder + "/" + name + " is not on the class path; " + remedy);
                }
                file = cache.unpack(resource, name);
                System.load(file.toString());
            }
            return new Availability.Available(file.toString());
        } catch (NativeException | UnsatisfiedLinkError e) {
            return new Availability.Missing(String.valueOf(e.getMessage()));
        }
    }
}
