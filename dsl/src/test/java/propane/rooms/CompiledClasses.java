package propane.rooms;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the build left the classes that the tests of the house look at. */
final class CompiledClasses {
    private CompiledClasses() {}

    /** Returns the folder that a class was loaded from. */
    static Path of(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
