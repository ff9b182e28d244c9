package propane.spi;

import propane.spi.op.Port;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file holds that others, or Propane, wrote.
 *
 * @param program its functions; one that predicts is called {@code predict} or {@code main}
 * @param values what ports of the program start with, by name: weights and statistics; none of
 *     those that are constants of the program
 * @param texts what the file says of itself, by key
 */
public record ImportedModel(
        Program program, Map<String, NDArray> values, Map<String, String> texts) {
    /**
     * Checks that values are of ports of the program, and of their types.
     *
     * @throws UnknownNameException if there is no such port
     * @throws ShapeException if a value is not of its port's type
     */
    public ImportedModel {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
        for (String name : values.keySet()) {
            List<Port> named =
                    program.ports().stream().filter(port -> port.name().equals(name)).toList();
            if (named.isEmpty()) {
                throw new UnknownNameException(
                        Problem.ofRule(
                                        "imported: there is a value for the port "
                                                + name
                                                + ", which no function has")
                                .operand("value", values.get(name)));
            }
            for (Port port : named) {
                if (!port.type().equals(values.get(name).type())) {
                    throw new ShapeException(
                            Problem.ofRule(
                                            "imported: port "
                                                    + port
                                                    + " was given "
                                                    + values.get(name).type())
                                    .operand("port", port.tensor())
                                    .operand("value", values.get(name)));
                }
            }
        }
    }

    /**
     * Reads a file by the {@link Importer} that takes it: a Core ML package, or of another kind
     * where there is an importer of it.
     *
     * @throws UnknownNameException if no importer takes a file of this name
     * @throws FormatException if it is not there or broken; names it and the field
     * @throws EngineException if it holds an op that Propane does not have
     */
    public static ImportedModel read(Path path) {
        return Importer.of(path).read(path);
    }

    /**
     * Returns storage for the ports of the program, in which the values stand already: what an
     * engine compiles the program over.
     *
     * @throws EngineException if there is not as much memory
     */
    public Bindings bindings() {
        var bindings = Bindings.allocate(program.ports());
        for (Port port : program.ports()) {
            if (values.containsKey(port.name())) {
                bindings.write(port, values.get(port.name()));
            }
        }
        return bindings;
    }

    /** Returns the functions, and how many values there are. */
    @Override
    public String toString() {
        return program + "; " + values.size() + " values";
    }
}
