package propane.coreml.format;

import propane.json.Json;
import propane.json.JsonField;
import propane.spi.Program;
import propane.spi.op.Role;
import propane.tensor.EngineException;
import propane.tensor.FormatException;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the ports of a program are called in Core ML, and what each is for. It stands in the package
 * as JSON, in the user metadata under {@link #KEY}, so that any tool can run the training.
 *
 * <p>The name is the port's path with {@code _} for {@code /}; the new value of an input has {@code
 * _new} after it. State and gradients of one path have one name in all functions. A batch and a
 * result belong to their function: others may have a port of that path and of another shape or
 * role, and within one function an input and an output of one path have different names.
 *
 * @param functions the functions, in the order of the program
 */
public record PackagePorts(List<FunctionPorts> functions) {
    /** The key of the user metadata that holds the JSON text. */
    public static final String KEY = "propane.ports";

    /** The name in Core ML of the only function of a package that has one. */
    public static final String ONLY = "main";

    /** Copies the list. */
    public PackagePorts {
        functions = List.copyOf(functions);
    }

    /**
     * Names the ports of a program.
     *
     * @throws EngineException if a function's name is not one that MIL allows
     */
    public static PackagePorts of(Program program) {
        var names = new PortNames(program);
        boolean single = program.functions().size() == 1;
        var functions = new ArrayList<FunctionPorts>();
        for (Program.Function function : program.functions()) {
            if (!Identifiers.isLegal(function.name())) {
                throw new EngineException(
                        "function "
                                + function.name()
                                + ": Core ML allows letters, digits and underscores in a name, not"
                                + " a digit first, and no word of MIL");
            }
            functions.add(names.of(function, single ? ONLY : function.name()));
        }
        return new PackagePorts(functions);
    }

    /**
     * Returns what belongs to one function of the program.
     *
     * @throws UnknownNameException if there is none of that name
     */
    public FunctionPorts function(String name) {
        return functions.stream()
                .filter(candidate -> candidate.function().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        UnknownNameException.among(
                                "package: no function",
                                name,
                                functions.stream().map(FunctionPorts::function).toList()));
    }

    /**
     * Returns what the program calls a function of the package; its own name where none is told.
     */
    public String called(String name) {
        return functions.stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .map(FunctionPorts::function)
                .orElse(name);
    }

    /** Returns the names in Core ML of the inputs of one of its functions that are weights. */
    public Set<String> weights(String name) {
        return functions.stream()
                .filter(function -> function.name().equals(name))
                .flatMap(function -> function.inputs().stream())
                .filter(input -> input.port().role() == Role.WEIGHT)
                .map(PackagePort::name)
                .collect(Collectors.toSet());
    }

    /** Returns the same but for inputs of some paths, which are none in the package. */
    public PackagePorts without(Set<String> paths) {
        return new PackagePorts(
                functions.stream()
                        .map(function ->
                                new FunctionPorts(
                                        function.name(),
                                        function.function(),
                                        function.inputs().stream()
                                                .filter(input ->
                                                        !paths.contains(input.port().name()))
                                                .toList(),
                                        function.outputs()))
                        .toList());
    }

    /** Returns the JSON text that stands in the package. */
    public String json() {
        var members = Json.object();
        for (FunctionPorts function : functions) {
            members = members.with(function.name(), function.json());
        }
        return Json.object().with("functions", members).text();
    }

    /**
     * Reads the JSON text of a package.
     *
     * @param text the text
     * @param origin the file, for messages
     * @throws FormatException if a member is missing or is not what it must be
     */
    public static PackagePorts parse(String text, String origin) {
        var functions = new ArrayList<FunctionPorts>();
        JsonField.parse(text, origin + ": metadata " + KEY)
                .at("functions")
                .members()
                .forEach((name, json) -> functions.add(FunctionPorts.read(name, json)));
        return new PackagePorts(functions);
    }

    /** Returns its functions. */
    @Override
    public String toString() {
        return functions.toString();
    }
}
