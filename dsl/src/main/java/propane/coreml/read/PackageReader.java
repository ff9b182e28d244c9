package propane.coreml.read;

import propane.coreml.format.MlPackage;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.StoredWeight;
import propane.spi.Program;
import propane.tensor.FormatException;

import java.nio.file.Path;
import java.util.Map;

/** Reads what Propane can take from a package: its program, its ports, where its weights stand. */
public final class PackageReader {
    private PackageReader() {}

    /**
     * Reads the program of a package. Of packages that others wrote, every input is taken for a
     * batch and every output for a result.
     *
     * @throws FormatException if there is no package, it is broken, or it has an op that Propane
     *     does not have; names the file and the field or op
     */
    public static Program program(Path path) {
        return MlPackage.reading(path, opened -> new ModelReader(opened, opened.read()).program());
    }

    /**
     * Returns what a package says of its ports.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static PackagePorts ports(Path path) {
        return MlPackage.reading(path, opened -> new ModelReader(opened, opened.read()).ports());
    }

    /**
     * Returns what a package says beside its program, by keys of its author's.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static Map<String, String> texts(Path path) {
        return MlPackage.reading(
                path, opened -> opened.read().getDescription().getMetadata().getUserDefinedMap());
    }

    /**
     * Returns where a package's weights stand, by path; none where it does not tell.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static Map<String, StoredWeight> weights(Path path) {
        return MlPackage.reading(path, opened -> new ModelReader(opened, opened.read()).weights());
    }
}
