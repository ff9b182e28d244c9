package propane.coreml.format;

import propane.json.Json;
import propane.json.JsonField;
import propane.tensor.UnknownNameException;

import java.util.List;

/**
 * What a package says of the ports of one function.
 *
 * @param name the function's name in Core ML
 * @param function its name in the program; the same, but for the only function of a package, which
 *     Core ML calls {@code main}
 * @param inputs what it takes, in order
 * @param outputs what it gives, in order
 */
public record FunctionPorts(
        String name, String function, List<PackagePort> inputs, List<PackagePort> outputs) {
    /** Copies the lists. */
    public FunctionPorts {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * Returns the input at a port.
     *
     * @throws UnknownNameException if there is none
     */
    public PackagePort input(String port) {
        return find(inputs, port);
    }

    /**
     * Returns the output at a port.
     *
     * @throws UnknownNameException if there is none
     */
    public PackagePort output(String port) {
        return find(outputs, port);
    }

    private PackagePort find(List<PackagePort> among, String port) {
        return among.stream()
                .filter(candidate -> candidate.port().name().equals(port))
                .findFirst()
                .orElseThrow(() ->
                        UnknownNameException.among(
                                function + ": no port",
                                port,
                                among.stream().map(p -> p.port().name()).toList()));
    }

    Json json() {
        var json = Json.object();
        if (!function.equals(name)) {
            json = json.with("function", function);
        }
        return json.with("inputs", array(inputs)).with("outputs", array(outputs));
    }

    private static Json array(List<PackagePort> ports) {
        return Json.array(ports.stream().map(PackagePort::json).toArray(Json[]::new));
    }

    static FunctionPorts read(String name, JsonField json) {
        return new FunctionPorts(
                name,
                json.has("function") ? json.at("function").string() : name,
                json.at("inputs").items().stream().map(PackagePort::read).toList(),
                json.at("outputs").items().stream().map(PackagePort::read).toList());
    }

    /** Returns its name and how many ports it has. */
    @Override
    public String toString() {
        return function + ": " + inputs.size() + " inputs, " + outputs.size() + " outputs";
    }
}
