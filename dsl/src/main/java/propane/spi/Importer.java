package propane.spi;

import propane.service.Services;
import propane.spi.op.Port;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
     * Reads a file, some inputs at shapes of the caller's; by default only those that they have
     * anyway.
     *
     * @param shapes shapes by the names of inputs
     * @throws UnknownNameException if there is no such input
     * @throws ShapeException if an input cannot have the shape; it says which it may have
     * @throws FormatException if it is not there or broken; names it and the field
     * @throws EngineException if it holds an op that has no form here
     */
    default ImportedModel read(Path path, Map<String, Shape> shapes) {
        ImportedModel model = read(path);
        var inputs = model.predicting().inputs();
        shapes.forEach((name, shape) -> {
            Port input =
                    inputs.stream()
                            .filter(port -> port.name().equals(name))
                            .findFirst()
                            .orElseThrow(() ->
                                    UnknownNameException.among(
                                            path + ": no input",
                                            name,
                                            inputs.stream().map(Port::name).toList()));
            if (!input.type().shape().equals(shape)) {
                throw new ShapeException(
                        Problem.ofFile(path, "input " + input + " cannot have the shape " + shape)
                                .operand("input", input.tensor())
                                .operand("asked", shape));
            }
        });
        return model;
    }

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
