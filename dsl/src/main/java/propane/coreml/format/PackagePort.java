package propane.coreml.format;

import propane.json.Json;
import propane.json.JsonField;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.TensorType;

import java.util.Arrays;

/**
 * What a package says of one input or output of a function.
 *
 * @param name its name in Core ML
 * @param port the port it is
 * @param replaces for an output the Core ML name of the input whose new value it is, or empty
 * @param of for an output the Core ML name of the weight it is the gradient of, or empty
 */
public record PackagePort(String name, Port port, String replaces, String of) {
    /** Returns in a few words what it is for. */
    public String purpose() {
        if (!replaces.isEmpty()) {
            return "the new value of " + replaces;
        }
        return of.isEmpty() ? port.role() + " " + port.name() : port.role() + " of " + of;
    }

    Json json() {
        var json =
                Json.object()
                        .with("name", name)
                        .with("path", port.name())
                        .with("role", port.role().toString())
                        .with("shape", Json.array(port.type().shape().dims()))
                        .with("type", port.type().dtype().mil());
        if (!replaces.isEmpty()) {
            json = json.with("replaces", replaces);
        }
        return of.isEmpty() ? json : json.with("of", of);
    }

    static PackagePort read(JsonField json) {
        String name = json.at("name").string();
        String path = json.has("path") ? json.at("path").string() : name;
        if (path.isEmpty()) {
            throw json.at("path").error("must not be empty");
        }
        return new PackagePort(
                name,
                new Port(path, role(json.at("role")), type(json)),
                json.has("replaces") ? json.at("replaces").string() : "",
                json.has("of") ? json.at("of").string() : "");
    }

    /** Returns the type that the members {@code shape} and {@code type} tell. */
    static TensorType type(JsonField json) {
        return new TensorType(dtype(json.at("type")), json.at("shape").shape());
    }

    private static Role role(JsonField field) {
        String name = field.string();
        return Arrays.stream(Role.values())
                .filter(role -> role.toString().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        field.error(
                                "is "
                                        + name
                                        + ", must be one of "
                                        + Arrays.toString(Role.values())));
    }

    private static DType dtype(JsonField field) {
        String name = field.string();
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.mil().equals(name))
                .findFirst()
                .orElseThrow(() -> field.error("is " + name + ", which is no element type"));
    }
}
