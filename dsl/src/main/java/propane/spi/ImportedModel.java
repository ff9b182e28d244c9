package propane.spi;

import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
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
 * @param shown what its inputs and outputs are to apps beside arrays
 */
public record ImportedModel(
        Program program,
        Map<String, NDArray> values,
        Map<String, String> texts,
        ModelInterface shown) {
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

    /** A model whose inputs and outputs are arrays. */
    public ImportedModel(Program program, Map<String, NDArray> values, Map<String, String> texts) {
        this(program, values, texts, ModelInterface.ARRAYS);
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
     * Reads a file as {@link #read(Path)} does, some inputs at shapes of the caller's.
     *
     * @param shapes shapes by the names of inputs whose shape is flexible; others have the one that
     *     the file gives as the usual one
     * @throws UnknownNameException if no importer takes a file of this name, or there is no such
     *     input
     * @throws ShapeException if an input cannot have the shape; it says which it may have
     * @throws FormatException if it is not there or broken; names it and the field
     * @throws EngineException if it holds an op that Propane does not have
     */
    public static ImportedModel read(Path path, Map<String, Shape> shapes) {
        return Importer.of(path).read(path, shapes);
    }

    /**
     * Returns this model with other values, for example what a training made of its weights.
     *
     * @param changed the values by the names of ports; others stay
     * @throws UnknownNameException if there is no such port
     * @throws ShapeException if a value is not of its port's type
     */
    public ImportedModel withValues(Map<String, NDArray> changed) {
        var all = new LinkedHashMap<>(values);
        all.putAll(changed);
        return new ImportedModel(program, all, texts, shown);
    }

    /**
     * Returns the function that predicts: {@code predict} or {@code main}, or else the first one.
     *
     * @throws UnknownNameException if there is no function at all
     */
    public Program.Function predicting() {
        for (String name : List.of(Program.Function.PREDICT, "main")) {
            if (program.has(name)) {
                return program.function(name);
            }
        }
        if (program.functions().isEmpty()) {
            throw new UnknownNameException("imported: the program has no functions");
        }
        return program.functions().getFirst();
    }

    /**
     * Returns this model with the one function that predicts, which ends where an operation has
     * computed its first result; weights that are used no more are left out.
     *
     * @param layer what the file calls that result
     * @return a model whose only output is called as the layer is
     * @throws UnknownNameException if the function has no operation of that name
     */
    public ImportedModel truncateAt(String layer) {
        Program.Function whole = predicting();
        var named = new LinkedHashMap<String, Tensor>();
        for (Operation operation : whole.operations()) {
            if (!(operation.op() instanceof Leaf) && !operation.source().name().isEmpty()) {
                named.put(operation.source().name(), operation.result(0));
            }
        }
        if (!named.containsKey(layer)) {
            throw UnknownNameException.among("truncateAt: no layer", layer, named.keySet());
        }
        var cut =
                Program.Function.of(
                        whole.name(), List.of(Program.Output.result(layer, named.get(layer))));
        var left = new LinkedHashMap<>(values);
        left.keySet().retainAll(cut.inputs().stream().map(Port::name).toList());
        return new ImportedModel(Program.of(cut), left, texts, shown.of(cut));
    }

    /**
     * Writes this model, its values in place, for a file of the kind that its name says. Functions,
     * ports and weights keep their names where files of that kind have them.
     *
     * @throws UnknownNameException if no exporter takes a file of this name
     * @throws EngineException if an op or a port has no form in files of this kind
     * @throws PropaneException if it cannot be written
     */
    public void export(Path path) {
        Exporter.of(path).imported(this, path);
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
