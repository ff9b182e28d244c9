package propane.coreml.read;

import propane.coreml.format.MlPackage;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.StoredWeight;
import propane.coreml.proto.Metadata;
import propane.coreml.proto.Model;
import propane.reading.Border;
import propane.spi.ImportedModel;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

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
        return program(path, Map.of());
    }

    /**
     * Reads the program as {@link #program(Path)} does, some inputs at shapes of the caller's.
     *
     * @param shapes shapes by the names of inputs of flexible shape
     * @throws UnknownNameException if there is no such input
     * @throws ShapeException if an input cannot have the shape that was asked for
     * @throws FormatException if there is no package, it is broken, or it has an op that Propane
     *     does not have; names the file and the field or op
     */
    public static Program program(Path path, Map<String, Shape> shapes) {
        return read(path, shapes, (opened, plain) -> ModelReader.of(opened, plain).program());
    }

    /**
     * Reads a model: its program with ports for what could be trained, what these start with, and
     * what its inputs and outputs are to apps.
     *
     * @param shapes shapes by the names of inputs of flexible shape
     * @throws UnknownNameException if there is no such input
     * @throws ShapeException if an input cannot have the shape that was asked for
     * @throws FormatException if there is no package, it is broken, or it has an op that Propane
     *     does not have; names the file and the field or op
     */
    public static ImportedModel model(Path path, Map<String, Shape> shapes) {
        return read(
                path,
                shapes,
                (opened, plain) -> {
                    var reader = ModelReader.of(opened, plain);
                    var weights = new WeightPorts(reader.paths());
                    Program program = weights.of(reader.program());
                    var values = new LinkedHashMap<>(weights.values());
                    for (Program.Function function : program.functions()) {
                        for (Port port : function.inputs()) {
                            // A state starts as zeros.
                            if (port.role() == Role.STATISTIC
                                    && function.replacements().containsKey(port.name())) {
                                values.putIfAbsent(port.name(), NDArray.full(port.type(), 0));
                            }
                        }
                    }
                    return new ImportedModel(
                            program, values, texts(plain.model()), reader.shown(plain.shown()));
                });
    }

    private static <T> T read(
            Path path, Map<String, Shape> shapes, BiFunction<MlPackage, PlainModel, T> reading) {
        MlPackage opened = MlPackage.reading(path, Function.identity());
        Model model = Border.read(path.toString(), opened::read);
        // Shapes that do not fit are the caller's fault, not the file's.
        PlainModel plain =
                shapes.isEmpty()
                        ? Border.read(path.toString(), () -> plain(opened, model, shapes))
                        : plain(opened, model, shapes);
        return Border.read(path.toString(), () -> reading.apply(opened, plain));
    }

    private static PlainModel plain(MlPackage opened, Model model, Map<String, Shape> shapes) {
        return new PlainModel(model, shapes, opened.model().toString());
    }

    private static Map<String, String> texts(Model model) {
        Metadata metadata = model.getDescription().getMetadata();
        var texts = new LinkedHashMap<>(metadata.getUserDefinedMap());
        for (Map.Entry<String, String> own :
                Map.of(
                                "description", metadata.getShortDescription(),
                                "author", metadata.getAuthor(),
                                "license", metadata.getLicense(),
                                "version", metadata.getVersionString())
                        .entrySet()) {
            if (!own.getValue().isEmpty()) {
                texts.put(own.getKey(), own.getValue());
            }
        }
        return texts;
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
     * Returns where a package's weights stand, by path; none where it does not tell.
     *
     * @throws FormatException if there is no package, or it is broken
     */
    public static Map<String, StoredWeight> weights(Path path) {
        return MlPackage.reading(path, opened -> new ModelReader(opened, opened.read()).weights());
    }
}
