package propane.spi;

import propane.service.Services;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.List;

/**
 * Reads programs from files of one kind. {@link ImportedModel#read} asks those found as services:
 * by {@code provides propane.spi.Importer with …} in a module, or a file {@code
 * META-INF/services/propane.spi.Importer} on the class path. Core ML's is one of them.
 */
public interface Importer {
    /** Returns what the files are called by people, for errors: {@code Core ML}. */
    String name();

    /** Returns the endings of names of files that this one reads, for example {@code .txt}. */
    List<String> suffixes();

    /**
     * Returns whether this one reads a file; by default where its name has one of the endings.
     * Kinds that share an ending look at the first bytes, too. A file that is not there, or cannot
     * be read, is not looked at.
     */
    default boolean takes(Path path) {
        return FileKinds.ends(path, suffixes());
    }

    /**
     * Reads a file.
     *
     * @throws FormatException if it is not there or broken; names it and the field
     * @throws EngineException if it holds an op that has no form here
     */
    ImportedModel read(Path path);

    /**
     * Returns the importer for a file.
     *
     * @throws UnknownNameException if there is none, or several; says which there are
     */
    static Importer of(Path path) {
        return FileKinds.only(
                path,
                "importer",
                Services.of(Importer.class).toList(),
                each -> each.takes(path),
                Importer::name,
                Importer::suffixes);
    }
}
